import { changeHistory } from '../src/core/history/append.js';
import { pruneHistory, type DroppedRun, type Pruned } from '../src/core/history/prune.js';
import { plural } from '../src/core/kernel/plural.js';
import { defineCommand, printResult } from '../src/commands/command.js';
import { flag, value, wholeNumber } from '../src/terminal/options.js';
import { renderTable } from '../src/terminal/table.js';
import { misuse } from '../src/terminal/usage-error.js';
import { groupRuns } from './group.js';
import { openPlace, tools } from './open.js';
import { address, repository, time } from './values.js';

/** Of Node's buffers, with room for what stays. */
const LARGEST = 2 * 2 ** 30;
const command = 'npm run history -- prune';

export default defineCommand({
  command,
  summary: 'removes old runs from a history; without --yes it only prints which',
  description:
    'Removes the runs before a time, or all but the newest of each name and branch, and lines that are\n' +
    'no lines of a history. Lines of a later version stay.',
  options: {
    before: value('Remove the runs before this time.', time),
    keep: value('Keep so many of the newest runs of each name and branch.', wholeNumber(1, 1_000_000)),
    yes: flag('Remove them.'),
    repository,
  },
  positionals: { description: 'The history.', kind: address, least: 1, most: 1 },
  async run({ values, positionals }, log) {
    const { before, keep } = values;
    if ((before === undefined) === (keep === undefined)) {
      throw misuse({ command }, 'Give `--before DATE` or `--keep N`, and not both.');
    }
    const rule = before === undefined ? { keep: keep! } : { before };
    const place = await openPlace(positionals[0]!, { repository: values.repository, log });
    let pruned: Pruned | undefined;
    await changeHistory(
      place,
      (bytes) => {
        pruned = pruneHistory(bytes, rule);
        return pruned.dropped === 0 || !values.yes ? bytes : pruned.bytes;
      },
      // A history that is too large for a run is pruned, too.
      { ...tools, mostBytes: LARGEST },
    );
    const { runs, damaged, dropped } = pruned!;
    if (runs.length > 0) printResult(renderDropped(runs));
    if (damaged > 0) log.info(`Lines of ${place.name} that are damaged: ${damaged}.`);
    if (dropped === 0) log.info(`Nothing of ${place.name} is to be removed.`);
    else if (values.yes) log.info(`Removed ${plural(dropped, 'line')} from ${place.name}.`);
    else log.info(`Nothing was removed. With --yes, ${plural(dropped, 'line')} would be.`);
    return 0;
  },
});

/** A row for each name and branch. */
function renderDropped(runs: readonly DroppedRun[]): string {
  const rows = groupRuns(runs).map((group) => {
    const { name = '', branch } = group[0]!;
    const times = group.map(({ at }) => at).toSorted((one, other) => one - other);
    const [first, last] = [times[0]!, times.at(-1)!].map((at) => new Date(at).toISOString().slice(0, 16));
    return [name, branch, String(group.length), first!, last!];
  });
  return renderTable([['NAME', 'BRANCH', 'RUNS TO REMOVE', 'FIRST', 'LAST'], ...rows]);
}
