import type { ReaperEc2 } from '../../../src/core/ports/ec2.js';
import type { ReaperGitHub } from '../../../src/core/ports/github.js';
import type { FakeEc2 } from '../../worlds/fake-ec2.js';
import type { FakeGitHub } from '../../worlds/fake-github.js';
import type { InterleavedMachines } from './interleaved-machines.js';

interface ReapedWorld {
  readonly ec2: FakeEc2;
  readonly github: FakeGitHub;
  readonly machines: InterleavedMachines;
  readonly broken: string[];
}

/** EC2 and GitHub for the reaper, which must never terminate an instance with a busy runner. */
export function createReaperClouds(
  { ec2, github, machines, broken }: ReapedWorld,
  attempt: () => 'active' | 'completed',
): { ec2: ReaperEc2; github: ReaperGitHub } {
  return {
    ec2: {
      region: ec2.region,
      findInstances: (tags) => ec2.findInstances(tags),
      terminate(ids) {
        const condemned = ec2.instances.filter(({ id }) => ids.includes(id));
        const busy = condemned.filter((one) => machines.isLive(one.id) && machines.runnerOf(one)?.busy);
        for (const { id } of busy) broken.push(`the reaper kills ${id}, whose runner is busy`);
        return ec2.terminate(ids);
      },
      findVolumes: async () => [],
      findSnapshots: async () => [],
      deleteSnapshot: async () => 'absent',
      deleteVolume: async () => 'absent',
      findSpotRequests: async () => [],
      cancelSpotRequest: async () => undefined,
    },
    github: {
      listRunners: () => github.listRunners(),
      readRunner: (id) => github.readRunner(id),
      removeRunner: (id) => github.removeRunner(id),
      readRunAttempt: async () => attempt(),
    },
  };
}
