import { Failure } from '../kernel/failure.js';
import type { ComposeHost } from './host.js';
import { toAbsolute } from './paths.js';
import type { ServiceModel } from './model.js';
import type { ComposeRequest } from './request.js';

/**
 * The scripts of a scenario that are found by their names: `setup.py`, `session_*.py`, `assert.py` and `teardown.py`
 * in the folder of the Compose file.
 */
export interface Layout {
  /** Bash commands. Absent: there is no such script, or a service runs it itself. */
  readonly setup?: string;
  readonly assert?: string;
  readonly teardown?: string;
  /** Bash commands, one per script that no service runs. */
  readonly sessions: readonly string[];
  /** The service whose command names a `session_*.py`. */
  readonly sessionService?: string;
}

const SESSION = /^session_\w+\.py$/;

/**
 * Finds the scripts of the layout. A folder has the layout if it has a `session_*.py`, or `assert.py` beside
 * `setup.py` or `teardown.py`. A `setup.py` alone is how Python projects are packaged, and is never run.
 *
 * @throws Failure `bad-input` if the layout promises an assertion that is missing
 */
export function findLayout(
  request: ComposeRequest,
  services: readonly ServiceModel[],
  { host, directory }: { readonly host: ComposeHost; readonly directory: string },
): Layout {
  const names = host.listFolder(directory);
  const sessions = names.filter((name) => SESSION.test(name)).toSorted();
  const has = (name: string): boolean => names.includes(name);
  if (sessions.length === 0 && !(has('assert.py') && (has('setup.py') || has('teardown.py')))) return { sessions: [] };
  const runs = (name: string): ServiceModel | undefined =>
    services.find(({ words }) => words.some((word) => namesScript(word, name)));
  const script = (name: string): string | undefined =>
    has(name) && !runs(name) && !isPackaging(name, { host, directory }) ? command(name, directory) : undefined;
  const [setup, assert, teardown] = ['setup.py', 'assert.py', 'teardown.py'].map(script);
  const sessionService = sessions.map(runs).find((service) => service !== undefined)?.name;
  const lacksAssert = !has('assert.py') && !runs('assert.py') && request.assert === undefined;
  if (lacksAssert) throw lackOfAssert(sessions, directory);
  return {
    ...(setup !== undefined && { setup }),
    ...(assert !== undefined && { assert }),
    ...(teardown !== undefined && { teardown }),
    sessions: sessionService === undefined ? sessions.map((name) => command(name, directory)) : [],
    ...(sessionService !== undefined && { sessionService }),
  };
}

function lackOfAssert(sessions: readonly string[], directory: string): Failure {
  const message = `${directory} has ${sessions.join(', ')}, but no assert.py, and nothing else says what must hold after the session.`;
  return new Failure('bad-input', message, {
    hint: 'Write assert.py, or give the commands of the assertion in `assert` (`true` to assert nothing).',
  });
}

/** Whether a word of a command names a script, with its ending or, as some programs take it, without. */
function namesScript(word: string, script: string): boolean {
  const stem = script.replace(/\.py$/, '');
  // `setup` and `assert` without an ending are also plain words of a command.
  const pattern = SESSION.test(script) ? `${stem}(?:\\.py)?` : `${stem}\\.py`;
  return new RegExp(`(?:^|[\\s/'"=])${pattern}(?=$|[\\s'";&|)])`).test(word);
}

function isPackaging(name: string, { host, directory }: { host: ComposeHost; directory: string }): boolean {
  return name === 'setup.py' && /\b(setuptools|distutils)\b/.test(host.read(toAbsolute(name, directory)));
}

function command(name: string, directory: string): string {
  return `python3 '${`${directory}/${name}`.replaceAll("'", `'\\''`)}'`;
}
