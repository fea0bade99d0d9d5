import { MOST_BYTES } from '../src/core/history/append.js';
import { readHistory } from '../src/core/history/read-history.js';
import { writeChange, writeQuantity } from '../src/core/figures/quantity.js';
import { MOST_RUNS } from '../src/core/judge/change-points.js';
import { describeLosses } from '../src/core/judgement/past.js';
import { Failure } from '../src/core/kernel/failure.js';
import { drawSpark } from '../src/core/plot/spark.js';
import { defineCommand, printResult } from '../src/commands/command.js';
import { flag, regularExpression, text, value, wholeNumber, withDefault } from '../src/terminal/options.js';
import { renderTable } from '../src/terminal/table.js';
import { openPlace } from './open.js';
import { listMetrics, type ShownMetric } from './metrics.js';
import { address, repository } from './values.js';

export default defineCommand({
  command: 'npm run history -- show',
  summary: 'prints the metrics of a history: the last value, the newest runs as a line, where it changed',
  description:
    'Each name and branch is searched for change points on its own. --json prints an object with the\n' +
    'metrics and what was left out.',
  options: {
    name: value('Only runs of this name.', text('NAME')),
    branch: value('Only runs of this branch.', text('BRANCH')),
    metric: value('Only metrics whose names match.', regularExpression),
    runs: withDefault(value('How many of the newest runs are read.', wholeNumber(1, MOST_RUNS)), MOST_RUNS),
    json: flag('Print JSON.'),
    repository,
  },
  positionals: { description: 'The history.', kind: address, least: 1, most: 1 },
  async run({ values, positionals }, log) {
    const { name, branch, runs, metric, json } = values;
    const place = await openPlace(positionals[0]!, { repository: values.repository, log });
    const stored = await place.read(MOST_BYTES);
    if (!stored) {
      throw new Failure('results-missing', `There is no history in ${place.name}.`, {
        hint: 'Look at the address. `npm run history -- import` writes one from files with results.',
      });
    }
    const wanted = { runs, ...(name !== undefined && { name }), ...(branch !== undefined && { branch }) };
    const history = readHistory(stored.bytes, wanted);
    const metrics = listMetrics(history.runs).filter((one) => metric?.test(one.metric) ?? true);
    const { damaged, newer, isCutOff } = history;
    if (json) {
      printResult(JSON.stringify({ runs: history.runs.length, damaged, newer, isCutOff, metrics }, null, 2));
      return 0;
    }
    if (metrics.length > 0) printResult(renderMetrics(metrics));
    else log.info(`No metric of ${place.name} is to be shown.`);
    for (const loss of describeLosses(history)) log.warning(loss);
    return 0;
  },
});

function renderMetrics(metrics: readonly ShownMetric[]): string {
  const head = ['NAME', 'BRANCH', 'METRIC', 'RUNS', 'LAST', 'HISTORY', 'CHANGES'];
  const rows = metrics.map(({ name, branch, metric, runs, last, unit, newest, changes }) => [
    name,
    branch,
    metric,
    String(runs),
    writeQuantity(last, unit),
    drawSpark(newest),
    changes.map(describeChange).join('; ') || '-',
  ]);
  return renderTable([head, ...rows]);
}

/** `2026-01-31 0123abc +5.2 %` */
function describeChange({ at, commit, relative }: ShownMetric['changes'][number]): string {
  return [at.slice(0, 10), commit.slice(0, 7), relative === null ? '' : writeChange(relative)]
    .filter((part) => part !== '')
    .join(' ');
}
