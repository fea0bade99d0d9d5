import { EC2Client } from '@aws-sdk/client-ec2';
import { SSMClient } from '@aws-sdk/client-ssm';
import { seed, startSandbox } from '../../sandbox/sandbox.js';
import { describeEc2Api, describeStrictEc2Api } from './ec2-api.suite.js';
import type { Ec2ApiWorld } from './ec2-api.world.js';

describeEc2Api('the sandbox', createWorld);
describeStrictEc2Api('the sandbox', createWorld);

async function createWorld(): Promise<Ec2ApiWorld> {
  const sandbox = await startSandbox({ machines: false, timeline: { pendingMs: 60, shuttingDownMs: 60 } });
  const credentials = { accessKeyId: 'AKIASANDBOX', secretAccessKey: 'secret' };
  const config = { endpoint: sandbox.awsUrl, region: sandbox.region, credentials, maxAttempts: 1 };
  const [ec2, ssm] = [new EC2Client(config), new SSMClient(config)];
  let images = 0;
  return {
    ec2,
    ssm,
    url: sandbox.awsUrl,
    catalog: {
      image: { id: seed.OUR_AMD64_IMAGE, rootVolumeGiB: 50 },
      subnets: [seed.SUBNET_A, seed.SUBNET_B],
      zones: ['us-east-1a', 'us-east-1b'],
      vpc: seed.VPC,
      group: seed.RUNNER_GROUP,
      otherGroup: seed.OTHER_GROUP,
      keyName: seed.KEY_PAIR,
    },
    makeImage({ tags = {}, ...settings }) {
      const id = `ami-0123456789abcde${(++images).toString(16).padStart(2, '0')}`;
      const createdAt = new Date().toISOString();
      const made = seed.image({
        id,
        ownerId: seed.ACCOUNT,
        createdAt,
        tags: new Map(Object.entries(tags)),
        ...settings,
      });
      sandbox.ec2.images.set(id, made);
      return id;
    },
    async close() {
      ec2.destroy();
      ssm.destroy();
      await sandbox.close();
    },
  };
}
