import { Failure } from '../kernel/failure.js';
import { nearest } from '../kernel/nearest.js';

/** How many known names the hint lists. */
const NAMES_SHOWN = 50;

/** The failure when tox does not know a requested environment. @param known the environments that tox lists */
export function describeUndefined(requested: readonly string[], known: readonly string[]): Failure {
  const unknown = requested.filter((name) => !known.includes(name));
  const near = unknown.flatMap((name) => nearest(name, known) ?? []);
  const suggestion = near.length > 0 ? ` Did you mean ${near.map((name) => `"${name}"`).join(', ')}?` : '';
  const names = (unknown.length > 0 ? unknown : requested).map((name) => `"${name}"`).join(', ');
  const rest = known.length > NAMES_SHOWN ? `, and ${known.length - NAMES_SHOWN} more` : '';
  return new Failure('environment-not-found', `The configuration of tox has no environment ${names}.${suggestion}`, {
    hint:
      known.length === 0
        ? 'Correct `tox-env`, or set `working-directory` to the folder of another configuration.'
        : `Correct \`tox-env\`. There are: ${known.slice(0, NAMES_SHOWN).join(', ')}${rest}.`,
  });
}

/** The failure when tox finds no configuration in the folder. */
export function describeUnconfigured(folder: string): Failure {
  return new Failure('environment-not-found', `tox found no configuration in ${folder}, so no test was run.`, {
    hint: 'Set `working-directory` to the folder with the tox.ini, tox.toml, setup.cfg or pyproject.toml that configures tox.',
  });
}
