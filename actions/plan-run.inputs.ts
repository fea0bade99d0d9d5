import { choice, flag, list, secret, text, withDefault } from '../src/core/inputs/input-kinds.js';
import { BadValue, type InputDefinition } from '../src/core/inputs/inputs.js';
import { needsInput } from '../src/core/verdict/jobs.js';

export const action = {
  name: 'Plan run',
  description: 'Decides what is to run, from a comment, presets and a configuration, and answers on the pull request.',
  icon: 'message-square',
  color: 'blue',
} as const;

const word = { matches: /^[^\s,]+$/, allowed: 'words without blanks, separated by commas or new lines' };
const path = {
  matches: /^(?!\/)(?!.*(^|\/)\.\.(\/|$))[^\0\n]+$/,
  allowed: 'the path of a file, relative to the repository',
};

export const inputs = {
  comment: text(
    "The text of the comment, or its address (`https://github.com/…#issuecomment-1`). Default: the event's comment. Without any, the run is a test without arguments.",
  ),
  'test-name': text(
    'The word after `/test` that means this test. Default: none, and arguments follow `/test` at once.',
    { matches: /^[^\s,]+$/, allowed: 'one word' },
  ),
  'test-names': list('The names of all tests of the repository, so that a typing error is noticed.', word),
  'known-environments': list('The environments that an argument may name, or all of them by `all`.', word),
  'other-arguments': withDefault(
    'refuse',
    choice('What happens with an argument that is no environment, no preset and no commit.', ['refuse', 'keep']),
  ),
  config: text('The configuration: a YAML file of the repository, read at the commit that is tested.', path),
  yaml: withDefault(
    'both',
    choice(
      'The YAML that the configuration and `/var` are written in: 1.1, as PyYAML reads it, or 1.2. With `both`, a value that the two read otherwise is refused.',
      ['both', '1.1', '1.2'],
    ),
  ),
  presets: list('Presets of the configuration to apply before those of the comment.', word),
  overrides: text('Keys of the configuration, as lines of `key: value`. The lines `/var` of a comment count more.'),
  payload: text("A benchmark's payload: a map in JSON or YAML, or the path of a file that holds it."),
  template: text('What `payload` changes: a map in JSON or YAML, or the path of a file that holds it.'),
  phases: list('The phases of the test, in their order. Default: the keys of `exec_list` in the configuration.', word),
  machine: {
    takes: 'lines of `input: key`',
    description:
      'Inputs of start-runner, `aws-region` or `keep`, each with the key of the configuration that it takes its value from: `ec2-instance-type: clusters.create.type`.',
    parse: readMapping,
  } satisfies InputDefinition<Readonly<Record<string, string>> | undefined>,
  permission: withDefault(
    'write',
    choice("The least permission of the comment's author in the repository.", [
      'admin',
      'maintain',
      'write',
      'triage',
      'read',
    ]),
  ),
  forks: withDefault(
    'by-commit',
    choice(
      'Pull requests from forks: `by-commit` runs the commit that the comment names, `/test all 1a2b3c4`; `never` runs none.',
      ['by-commit', 'never'],
    ),
  ),
  'github-token': {
    ...secret(
      "The token that reads the pull request and answers on it: `pull-requests: write`, `statuses: write`, `contents: read`. Default: the job's own token.",
    ),
    expression: '${{ github.token }}',
  },
  answer: text(
    'The output `answer` of the step that planned this run. The step then posts the verdict on `needs` and plans nothing.',
  ),
  needs: needsInput('With `answer`: the results of the jobs, the `needs` context, by `toJSON`.'),
  'needs-verdict': withDefault(
    'true',
    flag(
      'With `needs`: whether a job that succeeded must have an output `verdict`. `false`: for jobs of your own, whose success is enough.',
    ),
  ),
};

const MAPPING = 'lines of `input: key.of.the.configuration`, such as `ec2-instance-type: clusters.create.type`';

function readMapping(input: string): Readonly<Record<string, string>> {
  const lines = input.split('\n').filter((line) => line.trim() !== '');
  return Object.fromEntries(
    lines.map((line) => {
      const [, name, key] = /^\s*([a-z][a-z0-9-]*)\s*:\s*(\S.*?)\s*$/.exec(line) ?? [];
      if (name === undefined || key === undefined) throw new BadValue(MAPPING, line.trim());
      return [name, key];
    }),
  );
}

export const outputs = {
  sha: 'The commit to test; empty if nothing is to run.',
  skip: 'Why nothing is to run, in at most 2,000 characters; empty if something is to run. All other outputs are empty then.',
  args: 'The words after the name of the test, separated by blanks.',
  environments: 'The environments to test, separated by commas, as the workflow `all_environments.yml` takes them.',
  config:
    'The resolved configuration as JSON; empty beyond 400,000 characters. References (`@key`) are left to what reads it.',
  'config-file': 'The path of the resolved configuration as a YAML file, on the machine of this job.',
  overrides:
    'The keys of the configuration that the command and the input `overrides` set, as JSON: the input `overrides` of run-phases. Empty without `config`.',
  'presets-applied': 'The presets that were applied, with those that they extend: one a line.',
  phases: 'The phases that run, in their order, separated by commas.',
  machine: 'The inputs of start-runner that `machine` maps, as JSON: `fromJSON(…).ec2-instance-type`.',
  'compose-override': 'The payload merged into its template, as JSON: the input `override` of run-compose.',
  answer: 'What the last job passes as `answer`, so that the verdict is posted.',
};
