import { filePatterns } from '../src/core/inputs/file-patterns.js';
import { text, withDefault } from '../src/core/inputs/input-kinds.js';
import { secretEnv } from './run.inputs.js';

export const action = {
  name: 'Collect results',
  description: 'Collects files with results on the machine that measured, for judge-results on another one.',
  icon: 'package',
  color: 'purple',
} as const;

export const inputs = {
  results: filePatterns(
    'The files with results, relative to `directory`; or in `artifacts`, with `$ARTIFACTS/` or `$ARTIFACT_DIR/` at the beginning, as run-compose and run-phases call it.',
  ),
  directory: withDefault(
    '.',
    text('The folder of `results`, relative to the workspace.', {
      matches: /^(?!\/)(?!.*(^|\/)\.\.(\/|$)).+$/,
      allowed: 'a path inside the workspace',
    }),
  ),
  artifacts: text('The output `artifacts` of run-compose or run-phases.'),
  interleaved: text(
    'The output `interleaved` of run-compose or run-phases. The files that it names are collected, in place of `results`.',
  ),
  since: text(
    'The path of a file that was written just before the measurement. Files that have not changed since then do not count. Default: all files count.',
  ),
  'secret-env': {
    ...secretEnv,
    description: 'Secrets of the measurement, as run-compose and run-phases take them. No collected file may have one.',
  },
};

export const outputs = {
  folder: 'The folder with the results, for an upload.',
  machine: 'The machine that measured, for the input `machine` of judge-results.',
};
