import { randomUUID } from 'node:crypto';
import { required, text, value } from '../../src/terminal/options.js';
import { Progress } from '../../src/terminal/progress.js';
import { smokeImage } from '../../src/core/images/smoke.js';
import { connectEc2 } from '../../src/ec2/connect.js';
import { clock } from '../../src/host/clock.js';
import { interruption } from '../make/interruption.js';
import { defineCommand, printResult } from '../../src/commands/command.js';
import { withProgress } from '../../src/commands/terminal.js';
import { image, preset, region } from './values.js';

export default defineCommand({
  command: 'npm run ami -- smoke',
  summary: 'starts an instance of an image and checks whether the image can be published',
  description:
    'The boot agent checks docker, a container, compose, buildx, git, python, tox, the runner version and,\n' +
    'for cuda, nvidia-smi in a container; then the seconds from the kernel to the agent. Nothing can\n' +
    'connect to the instance. It is terminated in any case. Exit code 0: the image can be published.\n' +
    'It takes a few minutes.',
  options: {
    image: required(value('The image.', image)),
    preset: required(value('The preset of the image.', preset)),
    region: value('The region of the image. Default: AWS_REGION or the region of the AWS profile.', region),
    subnet: value('Where to start the instance. Default: the default network.', text('SUBNET')),
  },
  async run({ values }, terminal) {
    const { image: imageId, preset: name, region: where, subnet } = values;
    const progress = new Progress({ what: 'smoke tests', total: 1, estimate: false });
    const log = withProgress(terminal, progress);
    try {
      const signal = interruption();
      const ec2 = await connectEc2({ clock, log, signal, ...(where && { region: where }) });
      const request = { preset: name, imageId, nonce: randomUUID(), ...(subnet && { subnetId: subnet }) };
      await smokeImage(request, { ec2, clock, log, signal });
    } finally {
      progress.close();
    }
    printResult(`${imageId} passed: it can be published.`);
    return 0;
  },
});
