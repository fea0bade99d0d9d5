import { flag, list, value, wholeNumber, withDefault } from '../../src/terminal/options.js';
import { prune, refuseUnfinished } from '../../src/core/images/prune.js';
import { clock } from '../../src/host/clock.js';
import { defineCommand, printResult } from '../../src/commands/command.js';
import { connectRegions } from './connect.js';
import { renderPruned } from './tables.js';
import { listPresets, presetOrAll, region } from './values.js';

const count = wholeNumber(1, 1_000);

export default defineCommand({
  command: 'npm run ami -- prune',
  summary: 'removes old images with their snapshots; --dry-run only prints which',
  description:
    'Keeps the newest images of each preset in each region, and every image that an SSM parameter of this\n' +
    'project, any version of a launch template or an instance uses. Removes nothing in a region where AWS\n' +
    'does not answer what is in use. Also removes snapshots of images that no longer exist.',
  options: {
    preset: withDefault(value('The preset.', presetOrAll), 'all'),
    regions: list('The regions. Default: the region of the AWS credentials.', region),
    keep: withDefault(
      value('How many of the newest images stay, for each preset and region.', {
        ...count,
        allowed: `${count.allowed}: the last image of a preset is never removed`,
      }),
      3,
    ),
    'dry-run': flag('Print what would be removed, and why; remove nothing.'),
  },
  async run({ values }, log) {
    const regions = await connectRegions(values.regions, '--regions');
    const request = { presets: listPresets(values.preset), keep: values.keep, dryRun: values['dry-run'] };
    const pruned = await prune(request, { regions, log, now: clock.now() });
    if (pruned.findings.length > 0) printResult(renderPruned(pruned.findings));
    else if (pruned.untouched.length === 0) log.info('There is no image of this project.');
    if (request.dryRun) log.info('A dry run: nothing was removed.');
    refuseUnfinished(pruned);
    return 0;
  },
});
