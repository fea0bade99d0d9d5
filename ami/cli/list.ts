import { flag, list, value, withDefault } from '../../src/terminal/options.js';
import { survey } from '../../src/core/images/survey.js';
import { clock } from '../../src/host/clock.js';
import { defineCommand, printResult } from '../../src/commands/command.js';
import { connectRegions, connectVersions } from './connect.js';
import { renderImages } from './tables.js';
import { listPresets, presetOrAll, region } from './values.js';

export default defineCommand({
  command: 'npm run ami -- list',
  summary: 'prints the images: age, runner version, days until GitHub refuses it, and what uses the image',
  description:
    'GitHub is asked with GITHUB_TOKEN (read access to the administration of GITHUB_REPOSITORY); without\n' +
    'the token, the table has "?". --json prints a list of objects in which null means "not known".',
  options: {
    preset: withDefault(value('The preset.', presetOrAll), 'all'),
    regions: list('The regions. Default: the region of the AWS credentials.', region),
    json: flag('Print JSON.'),
  },
  async run({ values }, log) {
    const regions = await connectRegions(values.regions, '--regions');
    const versions = await connectVersions();
    if ('why' in versions) log.info(`GitHub is not asked when it refuses which runner: ${versions.why}.`);
    const found = await survey(listPresets(values.preset), { regions, versions, log, now: clock.now() });
    if (values.json) printResult(JSON.stringify(found.images, null, 2));
    else if (found.images.length > 0) printResult(renderImages(found.images));
    for (const { preset, region: where } of found.missing) log.info(`There is no ${preset} image in ${where}.`);
    const [first, ...others] = found.failures;
    if (!first) return 0;
    for (const { region: where, failure } of others) log.warning(`${where}: ${failure.message}`);
    throw first.failure;
  },
});
