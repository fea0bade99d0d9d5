import { required, value } from '../../src/terminal/options.js';
import { publish } from '../../src/core/images/publish.js';
import { clock } from '../../src/host/clock.js';
import { defineCommand, printResult } from '../../src/commands/command.js';
import { connectRegions, connectVersions } from './connect.js';
import { describePublished } from './tables.js';
import { image, preset, region } from './values.js';

export default defineCommand({
  command: 'npm run ami -- publish',
  summary: 'makes an image the one that start-runner launches',
  description:
    'Writes the image to the SSM parameter /ci-actions/ami/PRESET and keeps the former image in\n' +
    '/ci-actions/ami/PRESET/previous. The image must be available, be tagged for the preset, have the\n' +
    "preset's architecture, and hold a runner that GitHub accepts. It gets a deprecation date 60 days\n" +
    'after its build.',
  options: {
    preset: required(value('The preset of the image.', preset)),
    image: required(value('The image.', image)),
    region: value('The region of the image. Default: the region of the AWS credentials.', region),
  },
  async run({ values }, log) {
    const [ec2] = await connectRegions(values.region, '--region');
    const request = { preset: values.preset, imageId: values.image };
    const published = await publish(request, { ec2, log, versions: await connectVersions(), now: clock.now() });
    printResult(describePublished(published));
    return 0;
  },
});
