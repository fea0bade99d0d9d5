import { variables } from '../src/core/inputs/environment-variables.js';
import { choice, withDefault } from '../src/core/inputs/input-kinds.js';

/** The inputs that the actions have in common that run something on a machine. */

export const secretEnv = variables(
  'Secret environment variables, which override `env`. Each value is masked, except `true`, `false` and values of fewer than four characters: GitHub drops outputs that contain a masked text.',
  { secret: true },
);

export const onInterruption = withDefault(
  'fail',
  choice(
    'When EC2 takes the spot machine away before the end of the tests. `rerun`: the step ends without a verdict and succeeds, for a workflow whose next job tests again if the output `interrupted` is `true`.',
    ['fail', 'rerun'],
  ),
);
