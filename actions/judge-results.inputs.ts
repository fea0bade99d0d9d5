import { choice, flag, integer, list, secret, text, withDefault, yamlMap } from '../src/core/inputs/input-kinds.js';
import { BadValue, type InputDefinition } from '../src/core/inputs/inputs.js';
import { share } from '../src/core/inputs/shares.js';

export const action = {
  name: 'Judge results',
  description: 'Judges the figures of tests and benchmarks by thresholds and by earlier runs, with tables and plots.',
  icon: 'activity',
  color: 'purple',
} as const;

/** Names of metrics may have commas. */
function nameList(description: string): InputDefinition<readonly string[] | undefined> {
  return {
    takes: 'JSON list',
    description,
    parse(input) {
      const given = parseJson(input);
      if (Array.isArray(given) && given.every((one) => typeof one === 'string')) return given;
      throw new BadValue('a JSON list of names, such as `["latency"]`');
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const inputs = {
  results: {
    ...text(
      'The files with results, relative to the workspace or absolute. Their content decides their format. `interleaved.json` of run-compose or run-phases stands for all files of both sides. See docs/result-formats.md.',
    ),
    takes: 'file patterns',
  },
  format: text('The format of all files in `results`, as in docs/result-formats.md. Default: by their content.'),
  name: withDefault(
    'benchmark',
    text(
      'What was measured. Runs of another name in the history are not compared. Each job of a matrix needs a name of its own.',
      {
        matches: /^\S.{0,99}$/,
        allowed: 'one line of up to 100 characters',
      },
    ),
  ),
  thresholds: yamlMap(
    'What metrics have to be, as `METRIC: EXPRESSION`, such as `latency: "< 3.3"` or `lambda x: x < (3 * 1.1)`. The exact name counts first, then the first pattern that the name contains. Or the path of a file with them. See "Thresholds".',
    'a map from metrics to expressions in quotes, or the path of a file with one',
    { isOrdered: true },
  ),
  'require-thresholds': withDefault(
    'true',
    flag(
      'Whether results fail if no threshold is about any of their metrics. Without `thresholds`, a comparison with a `history`, `baseline` or `interleaved.json` is evidence enough.',
    ),
  ),
  better: yamlMap(
    'Which values are better, where the results do not say: `METRIC: lower` or `METRIC: higher`, by name or pattern as in `thresholds`. A threshold such as `< 3` says it, too.',
    'a map from metrics to `lower` or `higher`',
  ),
  baseline: text(
    "What the results are compared with. `base-branch`: the runs of the pull request's base branch, or of the own branch, in `history`. `last-release`: the runs of the newest version tag there. Or the files with the results of the base, each of one run. Default: `base-branch` with a `history`, otherwise nothing.",
  ),
  history: text(
    'Where the figures of earlier runs are: `s3://BUCKET/KEY`, `branch:NAME` or `branch:NAME:PATH` of this repository, or the path of a file, relative to the workspace or absolute.',
  ),
  record: withDefault(
    'auto',
    choice('Whether this run is added to `history`. `auto`: unless it is of a pull request.', [
      'auto',
      'always',
      'never',
    ]),
  ),
  'minimum-change': withDefault('2%', share('Smaller changes are no regressions.', { min: 0, max: 1 })),
  'min-samples': withDefault(
    '5',
    integer(
      'The fewest runs of the base and of the head that are compared. Beside a history, it takes 5 earlier runs.',
      { min: 2, max: 1_000 },
    ),
  ),
  confidence: withDefault('99%', share('How sure a change between base and head must be.', { min: 0.5, max: 0.9999 })),
  'fail-on': list(
    'What fails the step: `threshold` (a metric beyond its threshold), `regression`, `missing` (a threshold without a metric, a metric that only the base has), `problem` (results that are doubtful, such as failed requests), `undecided`. A value that is no number always does. Default: all; without `undecided` if there is no base, because a young history decides nothing.',
    {
      matches: /^(threshold|regression|missing|problem|undecided)$/,
      allowed: '`threshold`, `regression`, `missing`, `problem`, `undecided`',
    },
  ),
  'on-regression': withDefault(
    'fail',
    choice(
      'What a regression does. `suspect`: it does not fail this step, and is in the output `suspected`, for a second run on a fresh machine.',
      ['fail', 'suspect'],
    ),
  ),
  confirm: nameList('The output `suspected` of the first run: only these metrics can be regressions. Default: all.'),
  plots: withDefault(
    'changed',
    choice('Which metrics are drawn in the summary: those that changed or failed, all, or none. The report has all.', [
      'changed',
      'all',
      'none',
    ]),
  ),
  machine: yamlMap(
    'The machine that measured, as a map with `type`, `image`, `kernel`. Default: what `interleaved.json` says, or this machine.',
    'a map with `type`, `image` and `kernel`',
  ),
  commit: text("The commit that was measured. Default: the run's own.", {
    matches: /^[0-9a-f]{7,64}$/i,
    allowed: 'the SHA of a commit',
  }),
  comment: withDefault(
    'false',
    flag('Whether the verdict is a comment on the pull request. A later run of the same `name` edits it.'),
  ),
  post: text(
    'Instead of `results`: outputs `comment` of this action in earlier jobs, which are posted as one comment. For jobs whose token may not comment.',
  ),
  'github-token': {
    ...secret(
      "For `comment` and `post`: a token with `pull-requests: write`. For a `history` in a branch: with `contents: write`. Default: the job's own.",
    ),
    expression: '${{ github.token }}',
  },
};

export const outputs = {
  passed: '`true`; `false`; or `undecided`: nothing failed, but there are too few runs to say more.',
  code: "TOPSAIL's code: 0; 1 to 99, so many metrics became worse or are beyond their thresholds; 100, something could not be judged.",
  verdicts:
    'A JSON map from metrics to `passed`, `missed`, `regression`, `missing`, `refused`, `undecided` or `unjudged`; empty beyond 262,144 characters.',
  regressions: 'The metrics that became worse, as a JSON list.',
  suspected: 'With `on-regression: suspect`: the same list. Otherwise `[]`.',
  reason: 'Why the results did not pass, in one line; empty if they did.',
  comment: 'The verdict in Markdown, for the input `post` of a later job.',
  artifacts: 'The folder with `report.html`, `verdicts.json`, and what the other outputs name.',
  plots: 'The folder with the plots, in SVG.',
  history: 'A file with the history, this run included; empty without one.',
};
