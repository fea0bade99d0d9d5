import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { startSandbox, type Fault, type Sandbox } from '../../sandbox/sandbox.js';
import type { VolumesEc2 } from '../../src/core/ports/volumes.js';
import { connectEc2 } from '../../src/ec2/connect.js';
import { FakeClock } from '../worlds/fake-clock.js';
import { setAwsEnvironment } from './aws-environment.js';

let sandbox: Sandbox;
let volumes: VolumesEc2;

beforeEach(async () => {
  sandbox = await startSandbox({ machines: false, timeline: { volumeMs: 0 } });
  setAwsEnvironment(sandbox.environment);
  const ec2 = await connectEc2({ clock: new FakeClock(), random: () => 0.5 });
  volumes = await ec2.openVolumes();
});

afterEach(() => sandbox.close());

/** Disturbs the next requests of an operation. */
function disturb(operation: string, fault: Fault, times: number): void {
  let left = times;
  sandbox.intercept = (request) => (request.operation === operation && left-- > 0 ? fault : undefined);
}

const TAGS = { 'ci-actions:repository': 'octo-org/octo-repo', 'ci-actions:volume': 'docker' };

function create() {
  const spec = { availabilityZone: 'us-east-1a', sizeGiB: 8, type: 'gp3', tags: TAGS, clientToken: 'token' };
  return volumes.createVolume(spec);
}

const unanswered: [what: string, fault: Fault][] = [
  ['is lost on its way to EC2', { kind: 'reset-before' }],
  ['loses its answer', { kind: 'reset-after' }],
  ['gets half an answer', { kind: 'malformed' }],
  ['is throttled', { kind: 'status', status: 503, code: 'RequestLimitExceeded' }],
];

test.each(unanswered)('a creation that %s is repeated and creates one volume', async (_, fault) => {
  disturb('CreateVolume', fault, 2);
  const { id } = await create();
  expect([...sandbox.ec2.volumes.keys()]).toEqual([id]);
});

test.each(unanswered)('a snapshot that %s is taken once', async (_, fault) => {
  const { id } = await create();
  const earlier = await volumes.createSnapshot(id, { ...TAGS, start: 'earlier' });
  disturb('CreateSnapshot', fault, 2);
  const taken = await volumes.createSnapshot(id, { ...TAGS, start: 'this one' });
  const known = [...sandbox.ec2.snapshots.values()].filter(({ volumeId }) => volumeId === id);
  expect(known.map((one) => one.id)).toEqual([earlier, taken]);
});
