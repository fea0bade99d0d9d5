import { Failure } from '../kernel/failure.js';
import { nearest } from '../kernel/nearest.js';

/** As many of the names that there are stand in the message. */
const MOST_NAMES = 50;

/** The failure of a run that tox refused because of the names of its environments. @param known as tox lists them */
export function describeUndefined(asked: readonly string[], known: readonly string[]): Failure {
  const unknown = asked.filter((name) => !known.includes(name));
  const near = unknown.flatMap((name) => nearest(name, known) ?? []);
  const meant = near.length > 0 ? ` Did you mean ${near.map((name) => `"${name}"`).join(', ')}?` : '';
  const names = (unknown.length > 0 ? unknown : asked).map((name) => `"${name}"`).join(', ');
  const rest = known.length > MOST_NAMES ? `, and ${known.length - MOST_NAMES} more` : '';
  return new Failure('environment-not-found', `The configuration of tox has no environment ${names}.${meant}`, {
    hint:
      known.length === 0
        ? 'Correct `tox-env`, or `working-directory` if another configuration is meant.'
        : `Correct \`tox-env\`. There are: ${known.slice(0, MOST_NAMES).join(', ')}${rest}.`,
  });
}

/** The failure of a run in a folder where tox finds no configuration. */
export function describeUnconfigured(folder: string): Failure {
  return new Failure('environment-not-found', `tox found no configuration in ${folder}, so no test was run.`, {
    hint: 'Set `working-directory` to the folder with the tox.ini, tox.toml, setup.cfg or pyproject.toml that configures tox.',
  });
}
