import { required, value } from '../../src/terminal/options.js';
import { publishPrevious } from '../../src/core/images/publish.js';
import { clock } from '../../src/host/clock.js';
import { defineCommand, printResult } from '../../src/commands/command.js';
import { connectRegions, connectVersions } from './connect.js';
import { describePublished } from './tables.js';
import { preset, region } from './values.js';

export default defineCommand({
  command: 'npm run ami -- rollback',
  summary: 'publishes the former image again; a second rollback reverses the first',
  description:
    'Swaps the SSM parameters /ci-actions/ami/PRESET and /ci-actions/ami/PRESET/previous, if the former\n' +
    'image can still be published.',
  options: {
    preset: required(value('The preset.', preset)),
    region: value('The region. Default: the region of the AWS credentials.', region),
  },
  async run({ values }, log) {
    const [ec2] = await connectRegions(values.region, '--region');
    const ports = { ec2, log, versions: await connectVersions(), now: clock.now() };
    printResult(describePublished(await publishPrevious(values.preset, ports)));
    return 0;
  },
});
