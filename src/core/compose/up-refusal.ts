import type { Containers } from '../ports/containers.js';
import type { ProgramEnd } from '../ports/programs.js';
import type { LastLines } from './last-lines.js';
import type { Plan } from './plan.js';
import type { Problem } from './problem.js';
import type { ComposeWorld } from './world.js';

const PORT_IN_USE = /:(\d+)(?:\/tcp)? failed: port is already|:(\d+): bind: address already in use/;
const NAME_IN_USE = /The container name "\/?([^"]+)" is already in use by container "([0-9a-f]{12})/;

const FREE_PORT = 'Publish no fixed port of the host (`ports: ["5432"]`), or end what holds it.';
const FREE_NAME =
  'Remove `container_name` from the Compose file: services reach each other by the names of the services. `docker ps -a` shows who holds it.';

/** Why `docker compose up` failed, if no service is the reason. A port in use is named with its holder. */
export async function describeRefusal(
  { ended, last, projectName }: { readonly ended: ProgramEnd; readonly last: LastLines; readonly projectName: string },
  containers: Containers,
): Promise<Problem> {
  const how = ended.code === undefined ? (ended.why ?? 'no exit code') : `exit code ${ended.code}`;
  const [, one, other] = PORT_IN_USE.exec(last.text()) ?? [];
  const [, name, holder] = NAME_IN_USE.exec(last.text()) ?? [];
  const port = Number(one ?? other ?? 0);
  const lines = last.meaningful();
  const taken = port > 0 ? await describeHolders(port, { projectName, containers }) : undefined;
  const clash = name && `${name} (\`container_name\`) is the name of another container, ${holder}, not of this run.`;
  // An annotation shows the first reason alone, so that one says why.
  const why = taken ?? clash;
  return {
    verdict: 'error',
    code: 'services-not-ready',
    phase: 'up',
    exitCode: 1,
    reasons: [
      `\`docker compose up\` failed (${how})${why ? `. ${why}` : describeLast(lines)}`,
      ...(why ? lines : lines.slice(0, -1)),
    ],
    hint: taken ? FREE_PORT : clash ? FREE_NAME : 'Correct what Compose names, and run the job again.',
  };
}

function describeLast(lines: readonly string[]): string {
  const line = lines.at(-1)?.trim().replace(/\.$/, '');
  return line ? `: ${line}.` : '.';
}

async function describeHolders(
  port: number,
  { projectName, containers }: { readonly projectName: string; readonly containers: Containers },
): Promise<string> {
  const holders = (await containers.findPublishers(port)).map(({ name, project }) => {
    if (project === projectName) return `${name} of this project`;
    return project === undefined ? name : `${name} of the project ${project}`;
  });
  const who = holders.length > 0 ? holders.join(', ') : 'a program outside of Docker';
  return `Port ${port} of the machine is in use by ${who}.`;
}

/** Compose notices a missing file of a secret only when it makes the container, and then names no service. */
export function findMissingFiles({ model, servers, session }: Plan, { host }: ComposeWorld): Problem | undefined {
  const started = [...servers, ...(session.kind === 'services' ? session.services : [])];
  const missing = model.services
    .filter(({ name }) => started.includes(name))
    .flatMap(({ name, mounted }) =>
      mounted.flatMap(({ kind, key }) => {
        const file = model.files[`${kind} ${key}`];
        return file === undefined || host.look(file) !== 'missing'
          ? []
          : [`The ${kind} ${key} of ${name} is the file ${file}, which does not exist.`];
      }),
    );
  if (missing.length === 0) return undefined;
  return {
    verdict: 'error',
    code: 'services-not-ready',
    phase: 'up',
    exitCode: 1,
    reasons: missing,
    hint: 'Write the files in `setup`, for instance from secrets of the workflow, or correct their paths.',
  };
}
