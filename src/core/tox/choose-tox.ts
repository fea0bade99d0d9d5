import * as advice from '../kernel/advice.js';
import { Failure } from '../kernel/failure.js';
import type { Command } from '../ports/programs.js';
import type { ToxRequest } from './request.js';

/**
 * Chooses the machine's own tox when the request names no version. Otherwise chooses uv, which installs tox and, if the
 * machine lacks it, the Python that tox runs with.
 *
 * @throws Failure `tox-not-found`
 */
export function chooseTox(
  { pythonVersion, toxVersion }: Pick<ToxRequest, 'pythonVersion' | 'toxVersion'>,
  has: { tox: boolean; uv: boolean },
): Command {
  const anyVersion = pythonVersion === undefined && toxVersion === undefined;
  if (anyVersion && has.tox) return { command: 'tox', args: [] };
  if (has.uv) {
    const tox = toxVersion === undefined ? 'tox' : `tox==${toxVersion}`;
    const python = pythonVersion === undefined ? [] : ['--python', pythonVersion];
    return { command: 'uv', args: ['tool', 'run', ...python, `--from=${tox}`, 'tox'] };
  }
  throw new Failure(
    'tox-not-found',
    `This machine has ${has.tox ? 'tox, but no uv to bring other versions' : 'neither tox nor uv'}.`,
    { hint: advice.BRING_TOX },
  );
}

/** The major version in what `tox --version` printed; `undefined` when it is not there. */
export function readMajorVersion(lines: readonly string[]): number | undefined {
  const found = lines.flatMap((line) => /^(\d+)\.\d+\S* /.exec(line)?.[1] ?? []);
  return found.length === 0 ? undefined : Number(found[0]);
}
