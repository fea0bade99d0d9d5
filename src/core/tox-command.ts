import { Failure } from './failure.js';

export interface ToxRequest {
  readonly toxEnv: string;
  readonly pythonVersion: string | undefined;
  readonly toxVersion: string | undefined;
}

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
}

/**
 * The machine's own tox when no version is asked for; else uv, which brings tox and, where the machine lacks it, the
 * Python that tox runs with.
 *
 * @throws Failure `tox-not-found`
 */
export function composeTox(
  { toxEnv, pythonVersion, toxVersion }: ToxRequest,
  has: { tox: boolean; uv: boolean },
): Command {
  const anyVersion = pythonVersion === undefined && toxVersion === undefined;
  if (anyVersion && has.tox) return { command: 'tox', args: ['-e', toxEnv] };
  if (has.uv) {
    const tox = toxVersion === undefined ? 'tox' : `tox==${toxVersion}`;
    const python = pythonVersion === undefined ? [] : ['--python', pythonVersion];
    return { command: 'uv', args: ['tool', 'run', ...python, `--from=${tox}`, 'tox', '-e', toxEnv] };
  }
  throw new Failure(
    'tox-not-found',
    `This machine has ${has.tox ? 'tox, but no uv to bring other versions' : 'neither tox nor uv'}.`,
    {
      hint: 'Put uv on the image or astral-sh/setup-uv before this step; or leave `python-version` and `tox-version` empty where the machine has tox.',
    },
  );
}
