import { relative } from 'node:path';
import { CORRECT_COMPOSE_FILES } from '../../core/kernel/compose-advice.js';
import { Failure } from '../../core/kernel/failure.js';
import type { ComposeModel, ComposeProject, OutputOptions, UpOptions } from '../../core/ports/containers.js';
import type { ProgramEnd } from '../../core/ports/programs.js';
import type { DockerCli } from './cli.js';
import { describeRefusal, lastSentence } from './failures.js';

const UNSET = /^The "(.+?)" variable is not set\. Defaulting to a blank string\.$/;
/** Compose 2 logs as `time="…" level=warning msg="…"` when stderr is no terminal, and as `WARN[0000] …` on a terminal. */
const LOGGED = /^time="[^"]*" level=warning msg=("(?:[^"\\]|\\.)*"|\S+)|^WARN\[\d+\] (.*)$/;

/** Validates and merges the files. @throws Failure `compose-invalid` */
export async function resolve(cli: DockerCli, project: ComposeProject): Promise<ComposeModel> {
  const { code, text, words } = await cli.ask({
    args: composeArgs(project, ['config', '--format', 'json']),
    about: 'Docker Compose did not resolve the project',
    env: project.env,
    mayFail: true,
  });
  if (code !== 0) throw refuseFiles(words, await findFaultyFile(cli, project, words));
  const warnings = words.split('\n').flatMap(readWarning);
  const unset = warnings.flatMap((warning) => UNSET.exec(warning)?.[1] ?? []);
  return {
    model: JSON.parse(text) as unknown,
    unsetVariables: [...new Set(unset)],
    warnings: [...new Set(warnings.filter((warning) => !UNSET.test(warning)))],
  };
}

export interface Chosen {
  readonly project: ComposeProject;
  /** Empty: all of the active profiles. */
  readonly services: readonly string[];
}

export function pull(cli: DockerCli, chosen: Chosen, options: OutputOptions): Promise<ProgramEnd> {
  return pass(cli, { ...chosen, command: ['pull', '--quiet'] }, options);
}

export function build(cli: DockerCli, chosen: Chosen, options: OutputOptions): Promise<ProgramEnd> {
  return pass(cli, { ...chosen, command: ['build'] }, options);
}

export function up(cli: DockerCli, chosen: Chosen, options: UpOptions): Promise<ProgramEnd> {
  const scale = Object.entries(options.scale ?? {}).map(([name, count]) => `--scale=${name}=${count}`);
  const command = ['up', '--detach', '--quiet-pull', ...(options.noDeps ? ['--no-deps'] : []), ...scale];
  return pass(cli, { ...chosen, command }, options);
}

/** Runs a command of Compose. Its warnings of unset variables are left out, because {@link resolve} has reported them. */
function pass(
  cli: DockerCli,
  { project, services, command }: Chosen & { readonly command: readonly string[] },
  options: OutputOptions,
): Promise<ProgramEnd> {
  const onLine = (line: string): void => {
    if (!readWarning(line).some((warning) => UNSET.test(warning))) options.onLine(line);
  };
  return cli.pass(composeArgs(project, [...command, ...services]), { ...options, onLine, env: project.env });
}

function composeArgs(project: ComposeProject, command: readonly string[]): readonly string[] {
  const each = (option: string, values: readonly string[]): readonly string[] =>
    values.flatMap((value) => [option, value]);
  return [
    'compose',
    '--ansi=never',
    `--project-name=${project.name}`,
    `--project-directory=${project.directory}`,
    ...each('--file', project.files),
    ...each('--profile', project.profiles),
    ...each('--env-file', project.envFiles),
    ...command,
  ];
}

/** The message of a YAML parser, which names the line but not the file. */
const UNPLACED = /^yaml: (?:unmarshal errors|line \d+)/;

/** Which of several files a message is about. `undefined`: the message names it, or it is a file that one includes. */
async function findFaultyFile(cli: DockerCli, project: ComposeProject, words: string): Promise<string | undefined> {
  const sentence = lastSentence(words);
  if (!UNPLACED.test(sentence)) return undefined;
  for (const file of project.files) {
    const alone = await cli.ask({
      args: composeArgs({ ...project, files: [file] }, ['config', '--quiet']),
      about: 'Docker Compose did not read a file',
      env: project.env,
      mayFail: true,
    });
    if (lastSentence(alone.words) === sentence) return relative(project.directory, file);
  }
  return undefined;
}

function refuseFiles(words: string, file: string | undefined): Failure {
  const failure = describeRefusal(words, 'Docker Compose refuses the project');
  if (failure.code !== 'docker-failed') return failure;
  const lines = words.split('\n').filter((line) => readWarning(line).length === 0);
  const where = file === undefined ? '' : `${file}, or a file that it includes: `;
  return new Failure(
    'compose-invalid',
    `Docker Compose refuses the project: ${where}${lastSentence(lines.join('\n'))}`,
    {
      hint: CORRECT_COMPOSE_FILES,
      ...(lines.length > 1 && { details: lines }),
    },
  );
}

/** A warning without its decoration, if the line is one. */
function readWarning(line: string): readonly string[] {
  const [, logged, onTerminal] = LOGGED.exec(line) ?? [];
  if (onTerminal !== undefined) return [onTerminal.trim()];
  if (logged === undefined) return [];
  return [logged.startsWith('"') ? unquote(logged) : logged];
}

/** Go's quoted string. It has JSON's escapes, and a few more. */
function unquote(quoted: string): string {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return quoted.slice(1, -1);
  }
}
