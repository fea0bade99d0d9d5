import { powerOff } from '../../sandbox/ec2/rules/lifecycle.js';
import { seed, startSandbox } from '../../sandbox/sandbox.js';
import { connectEc2 } from '../../src/ec2/connect.js';
import { abandonVolume, openSpotRequest } from '../worlds/sandbox/leftovers.js';
import { setAwsEnvironment, wallClock } from './aws-environment.js';
import { describeEc2 } from './ec2.suite.js';
import type { Ec2World, Ec2WorldOptions } from './ec2.world.js';

describeEc2('real adapter on the sandbox', createWorld);

async function createWorld({ invisibleMs = 0 }: Ec2WorldOptions): Promise<Ec2World> {
  const sandbox = await startSandbox({ machines: false, timeline: { pendingMs: 40, shuttingDownMs: 40, invisibleMs } });
  setAwsEnvironment(sandbox.environment);
  const image = sandbox.ec2.images.get(seed.OUR_AMD64_IMAGE);
  if (!image) throw new Error('The sandbox has lost its image.');
  const { id, name, rootDeviceName, rootVolumeGiB } = image;
  return {
    ec2: await connectEc2({ clock: wallClock }),
    clock: wallClock,
    catalog: {
      image: { id, name, rootDeviceName, rootVolumeGiB },
      foreignImageName: sandbox.ec2.images.get(seed.UBUNTU_AMD64_IMAGE)?.name ?? '',
      subnets: [seed.SUBNET_A, seed.SUBNET_B],
      group: seed.RUNNER_GROUP,
      vpc: seed.VPC,
      parameter: { name: '/ci-actions/ami/amd64', value: seed.OUR_AMD64_IMAGE },
    },
    async publishImages() {
      const newest = { ...image, id: 'ami-0c1a64a64a64aaaaa', createdAt: later(image.createdAt, 1_000) };
      const unfinished = {
        ...newest,
        id: 'ami-0c1a64a64a64bbbbb',
        state: 'pending' as const,
        createdAt: later(image.createdAt, 2_000),
      };
      for (const one of [newest, unfinished]) sandbox.ec2.images.set(one.id, one);
      return { pattern: `${name.slice(0, -3)}*`, newest: newest.id };
    },
    exhaust({ instanceType, subnetId, market }) {
      sandbox.ec2.capacity[`${instanceType}/${subnetId}/${market}`] = 0;
    },
    switchOff: (id) => powerOff(sandbox.ec2, sandbox.ec2.instance(id)),
    protect: (id) => void (sandbox.ec2.instance(id).protectedFromTermination = true),
    readUserData: (id) => sandbox.ec2.instance(id).userData?.toString() ?? '',
    readInterfaceTags: (id) => Object.fromEntries(sandbox.ec2.instance(id).networkInterface.tags),
    abandonVolume: (tags) => abandonVolume(sandbox.ec2, { tags }),
    openSpotRequest: (tags) => openSpotRequest(sandbox.ec2, { tags }),
    close: () => sandbox.close(),
  };
}

function later(date: string, ms: number): string {
  return new Date(Date.parse(date) + ms).toISOString();
}
