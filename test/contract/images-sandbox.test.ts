import { EC2Client } from '@aws-sdk/client-ec2';
import { seed, startSandbox, type Sandbox } from '../../sandbox/sandbox.js';
import { connectImages } from '../../src/ec2/connect-images.js';
import { launch } from '../worlds/sandbox/aws.js';
import { abandonSnapshot, keepImage, keepTemplate } from '../worlds/sandbox/images.js';
import { setAwsEnvironment, wallClock } from './aws-environment.js';
import { describeImages } from './images.suite.js';
import type { ImagesWorld } from './images.world.js';

describeImages('real adapter on the sandbox', createWorld);

async function createWorld(): Promise<ImagesWorld> {
  const sandbox = await startSandbox({
    machines: false,
    otherRegions: ['eu-west-1'],
    timeline: { shuttingDownMs: 10 },
  });
  setAwsEnvironment(sandbox.environment);
  const raw = new EC2Client({});
  return {
    ec2: await connectImages({ clock: wallClock }),
    away: await connectImages({ clock: wallClock, region: 'eu-west-1' }),
    clock: wallClock,
    foreignImage: seed.UBUNTU_AMD64_IMAGE,
    makeImage: async (name, tags = {}) => keepImage(sandbox.ec2, { name, tags }),
    async launch(imageId) {
      const { id } = await launch(raw, { ImageId: imageId });
      return { id, end: () => terminate(sandbox, id) };
    },
    makeTemplate: async (name, images) => keepTemplate(sandbox.ec2, name, images),
    abandonSnapshot: async (tags) => abandonSnapshot(sandbox.ec2, { tags }),
    async close() {
      raw.destroy();
      await sandbox.close();
    },
  };
}

async function terminate(sandbox: Sandbox, id: string): Promise<void> {
  sandbox.ec2.killInstance(id);
  while (sandbox.ec2.instance(id).state !== 'terminated') await wallClock.sleep(10);
}
