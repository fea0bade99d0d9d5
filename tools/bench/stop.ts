import { startSandbox, type Sandbox } from '../../sandbox/sandbox.js';
import { runStep, type StepResult } from '../../sandbox/step.js';
import { ours, oursToStop, type Contender } from './contenders.js';
import { compare, type Figure, type Series } from './figures.js';
import { lineUp } from './line.js';
import { measuredNode } from './node.js';
import { withSandbox } from './sandboxes.js';
import { bringOnline } from './start.js';
import { worst } from './statistics.js';
import { tally } from './traffic.js';

interface StopSample {
  /** From the process's start until EC2 begins to terminate the instance: the time that costs money. */
  readonly effect: number;
  readonly step: number;
  readonly requests: number;
}

type TakeTurn = (stop: () => Promise<StopSample>) => Promise<StopSample>;

interface StopOptions {
  readonly starts: number;
  readonly peers: readonly Contender[];
  readonly print: (sentence: string) => void;
}

/** Measures stops of one online runner: the starts run side by side, then the stops of all contenders in turn, each alone. */
export async function measureStop({ starts, peers, print }: StopOptions): Promise<Figure[]> {
  print(`Stop: ${starts} of each.`);
  const contenders = [ours, ...peers.slice(0, 1)];
  const takeTurn = lineUp(starts * contenders.length);
  const samples = await Promise.all(
    contenders.map((contender, place) =>
      Promise.all(
        Array.from({ length: starts }, (_, round) =>
          stopOne(contender, (stop) => takeTurn(round * contenders.length + place, stop)),
        ),
      ),
    ),
  );
  const [own, ...others] = contenders.map(({ name }, place) => ({ name, samples: samples[place]! }));
  const series: readonly [Series<StopSample>, ...Series<StopSample>[]] = [own!, ...others];
  const effect = {
    id: 'stop-effect',
    measure: 'Stop, from process start to EC2 ending the instance',
    unit: 's',
  } as const;
  const step = { id: 'stop-step', measure: '  the whole step, runner removed', unit: 's' } as const;
  const requests = { id: 'stop-requests', measure: '  its requests', unit: '' } as const;
  return [
    compare(effect, series, (sample) => sample.effect),
    compare(step, series, (sample) => sample.step),
    compare(requests, series, (sample) => sample.requests, worst),
  ];
}

async function stopOne(contender: Contender, takeTurn: TakeTurn): Promise<StopSample> {
  const timeline = { pendingMs: 50, shuttingDownMs: 100 };
  return withSandbox(startSandbox({ machines: false, timeline }), async (sandbox, atEnd) => {
    const run = (script: string, inputs: Contender['inputs']) =>
      runStep({
        script,
        inputs: { ...inputs, 'github-token': sandbox.token },
        environment: sandbox.environment,
        node: measuredNode,
        onStart: (kill) => atEnd(() => kill('SIGKILL')),
      });
    const waits = { ...contender.inputs, ...contender.fastest };
    const started = await Promise.race([run(contender.script, waits), bringOnline(sandbox, contender, 100)]);
    refuseFailure('A start', started);
    const asked = sandbox.requests.length;
    const given = {
      label: started.outputs['label'] ?? '',
      'ec2-instance-id': started.outputs['ec2-instance-id'] ?? '',
    };
    const { script, inputs } = contender === ours ? oursToStop : { ...contender, inputs: { ...waits, mode: 'stop' } };
    return takeTurn(async () => {
      const spawnedAt = Date.now();
      const stopped = await run(script, { ...inputs, ...given });
      refuseFailure('A stop', stopped);
      const effect = (findEnd(sandbox) - spawnedAt) / 1000;
      return { effect, step: stopped.seconds, requests: countRequests(sandbox, asked) };
    });
  });
}

function countRequests(sandbox: Sandbox, from: number): number {
  const { aws, points } = tally(sandbox.requests.slice(from));
  if (aws === 0 || points === 0) throw new Error('A stop sent no request to EC2 or none to GitHub.');
  return sandbox.requests.length - from;
}

function findEnd({ events }: Sandbox): number {
  const end = events.find(({ name }) => name === 'shutting-down');
  if (!end) throw new Error('A stop ended without terminating the instance.');
  return end.at;
}

function refuseFailure(what: string, { code, lines }: StepResult): void {
  if (code !== 0) throw new Error(`${what} failed with ${code}:\n${lines.slice(-20).join('\n')}`);
}
