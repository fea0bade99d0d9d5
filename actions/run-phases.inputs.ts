import { variables } from '../src/core/inputs/environment-variables.js';
import { parseDestination, type ExportDestination } from '../src/core/export/address.js';
import { flag, integer, list, secret, text, withDefault, yamlMap } from '../src/core/inputs/input-kinds.js';
import type { InputDefinition } from '../src/core/inputs/inputs.js';
import { interleavedOutput, interleaveInputs } from '../src/core/interleave/inputs.js';
import { onInterruption, secretEnv } from './run.inputs.js';

export const action = {
  name: 'Run phases',
  description:
    'Runs the phases of a test, in order or side by side. Cleanup always runs, and each phase leaves a log and a verdict.',
  icon: 'list',
  color: 'blue',
} as const;

const names = { matches: /^\S+$/, allowed: 'names of phases, separated by commas or new lines' };

function destination({ description }: InputDefinition<unknown>): InputDefinition<ExportDestination | undefined> {
  return { takes: '`artifact` or `s3://…`', description, parse: parseDestination };
}

export const inputs = {
  ...interleaveInputs({
    folder: '$ARTIFACT_DIR',
    results:
      "Relative to `directory` of the side, or `$ARTIFACT_DIR/…` in the phase's own folder. They are copied at once, and must have been written in that run.",
  }),
  phases: {
    ...yamlMap(
      'The phases: a list of maps with `name` and `run` (Bash commands), and as needed the other fields of the table in "Phases".',
      'a list of phases',
    ),
    takes: 'YAML list',
  },
  program: text(
    "Instead of `phases`: a program with TOPSAIL's entry points (`prepare_ci`, `test_ci`, `post_cleanup_ci` and so on), each of which becomes a phase. Relative to `directory`.",
    { matches: /^(?!\/)(?!.*(^|\/)\.\.(\/|$)).+$/, allowed: 'a path inside `directory`' },
  ),
  slots: yamlMap(
    'How many slots there are of each kind, such as `build: 2`. Phases take slots, so that no more of them than that run side by side.',
    'a map from kinds of slots to whole numbers from 1, such as `build: 2`',
  ),
  parallel: withDefault(
    '16',
    integer('The most phases that run side by side, whatever slots there are.', { min: 1, max: 256 }),
  ),
  only: list('The phases that run. All others are left out, also those that always run. Default: all.', names),
  skip: list('Phases to leave out. What needs them runs nevertheless.', names),
  rehearse: withDefault('false', flag('Print what would run, and run nothing.')),
  directory: withDefault(
    '.',
    text('The working directory of all phases, relative to the workspace; with `interleave`, to each side.', {
      matches: /^(?!\/)(?!.*(^|\/)\.\.(\/|$)).+$/,
      allowed: 'a path inside the workspace',
    }),
  ),
  env: variables('Environment variables for all phases.'),
  'secret-env': secretEnv,
  config: yamlMap(
    'The resolved configuration, such as the output `config` of plan-run. It is written to `config.yaml` in the artifacts, with secrets replaced, and in `SHARED_DIR`: the phases find the path of the latter in `CONFIG_FILE` and `TOPSAIL_FROM_CONFIG_FILE`.',
    'a map',
  ),
  overrides: yamlMap(
    'Keys of `config` and their values, such as the output `overrides` of plan-run. Each phase finds them in `$ARTIFACT_DIR/variable_overrides.yaml`: a program that applies its presets again sets them again.',
    'a map',
  ),
  artifacts: text(
    'The folder for artifacts, relative to the workspace. Phases of an earlier step may be in it: the numbers go on. Default: a new folder outside the workspace.',
    { matches: /^(?!\/)(?!\.\/*$)(?!.*(^|\/)\.\.(\/|$)).+$/, allowed: 'a path of a folder inside the workspace' },
  ),
  export: destination(
    text(
      'Where the artifacts go after the phases, however these ended: `s3://BUCKET/PREFIX`, or `artifact` for an upload by a later step. Nothing leaves if a secret of this run is found in them. Default: nothing leaves. See "Export".',
    ),
  ),
  'export-public': withDefault(
    'false',
    flag('Whether the bucket of `export` may be public, so that everybody can read the artifacts.'),
  ),
  'github-token': {
    ...secret("The job's own token. It is not used: `export` searches for it in the artifacts."),
    expression: '${{ github.token }}',
  },
  'on-interruption': onInterruption,
  name: withDefault(
    'run-phases',
    text('What is tested, for FINISHED, the index page and the summary.', {
      matches: /^.{1,200}$/,
      allowed: 'one line of up to 200 characters',
    }),
  ),
};

export const outputs = {
  verdict: '`passed` or `failed`; empty with `rehearse`.',
  failed: 'The phases that failed, as a JSON list, with the values of their matrices: `["test [GPU=2]"]`.',
  reason: 'What failed first, with the last line that it printed; empty if nothing did.',
  artifacts:
    'The folder with a numbered folder for each phase, `FAILURES`, `FINISHED`, `config.yaml` and `index.html`.',
  interleaved: interleavedOutput,
  'export-url':
    "With `export: s3://…`: the prefix in AWS's console, or the index page in a public bucket. Empty if the export failed.",
  upload:
    'With `export: artifact`: the folder of the artifacts, once no secret was found in it. Otherwise empty: then no step should upload it.',
  interrupted: '`true` if EC2 took the spot machine away before the phases had ended, otherwise `false`.',
  minutes: 'Minutes that the step took.',
};
