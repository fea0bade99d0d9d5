import { CHECK_SESSION_IMAGE } from '../../core/kernel/compose-advice.js';
import { Failure } from '../../core/kernel/failure.js';
import type { ContainerRun } from '../../core/ports/containers.js';
import type { Environment } from '../../core/ports/programs.js';
import type { DockerCli } from './cli.js';
import { isAboutEngine, lastSentence } from './failures.js';
import { PROJECT_LABEL } from './states.js';

/** The image may have to be pulled. The phase has its own bound. */
const CREATE_MS = 3_600_000;
/** Variables that the docker program itself reads. */
const OF_DOCKER = /^(DOCKER_.*|COMPOSE_.*|PATH|HOME|HTTPS?_PROXY|NO_PROXY|SSH_AUTH_SOCK)$/i;

/** Creates and starts a container beside Compose, in the networks of the project. @returns its id */
export async function runSession(cli: DockerCli, projectName: string, run: ContainerRun): Promise<string> {
  const [first, ...others] = run.networks;
  const { args: env, variables } = passVariables(run.env);
  const id = await request(cli, variables, [
    'create',
    `--label=${PROJECT_LABEL}=${projectName}`,
    `--name=${projectName}-session`,
    ...(first === undefined ? [] : ['--network', first]),
    ...env,
    ...run.volumes.flatMap((volume) => ['--volume', volume]),
    ...(run.gpus === undefined ? [] : ['--gpus', run.gpus]),
    run.image,
    ...run.command,
  ]);
  for (const network of others) await request(cli, {}, ['network', 'connect', network, id]);
  await request(cli, {}, ['start', id]);
  return id;
}

/**
 * Options for the docker program that give a container its variables. Their values are in the environment of the
 * program, where other users of the machine do not see them, unless the program would take them as its own.
 */
export function passVariables(env: Environment): { readonly args: readonly string[]; readonly variables: Environment } {
  const given = Object.entries(env).filter(([, value]) => value !== undefined);
  return {
    args: given.flatMap(([name, value]) => ['--env', OF_DOCKER.test(name) ? `${name}=${value}` : name]),
    variables: Object.fromEntries(given.filter(([name]) => !OF_DOCKER.test(name))),
  };
}

async function request(cli: DockerCli, variables: Environment, args: readonly string[]): Promise<string> {
  const { code, text, words } = await cli.ask({
    args,
    about: 'Docker could not run the session',
    env: { ...cli.env, ...variables },
    mayFail: true,
    boundMs: CREATE_MS,
  });
  if (code === 0) return text.trim();
  if (isAboutEngine(words)) await cli.expectAnswer();
  throw new Failure('container-failed', 'Docker could not create or start the container of `session-image`.', {
    why: lastSentence(words),
    hint: CHECK_SESSION_IMAGE,
  });
}
