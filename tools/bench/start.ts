import { fileURLToPath } from 'node:url';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox.js';
import { runStep, type StepResult } from '../../sandbox/step.js';
import { isOwnRequest, type Contender } from './contenders.js';
import { measuredNode } from './node.js';
import { withSandbox } from './sandboxes.js';
import { tally, type Tally } from './traffic.js';

export interface Scenario {
  /** The time from the launch until the instance is `running`, and until its runner is online, in ms. */
  readonly runningMs: number;
  readonly onlineMs: number;
  /**
   * `agent`: the instance runs the real boot agent, which decides when the runner is online.
   * `simulated`: nothing is run, and the runner comes online exactly at the given time.
   */
  readonly boot: 'agent' | 'simulated';
  readonly count?: number;
  /** In addition to the contender's own. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** EC2's request buckets. */
  readonly throttle?: boolean;
}

/** The costs of one start, without the times that it had to wait for. Times in seconds. */
export interface StartSample {
  /** From the start to the end of the process. */
  readonly step: number;
  /** From the first launch to the last registration, which the action cannot shorten. */
  readonly boot: number;
  /** The rest of `step`. */
  readonly overhead: number;
  /** The part of the overhead after the registration. */
  readonly notice: number;
  readonly peakMiB: number;
  readonly traffic: Tally;
}

/** About the time of the real agent and the stand-in runner from their start to the registration. */
export const AGENT_MS = 400;
export const reportPeak = `--import=${fileURLToPath(new URL('peak-memory.mjs', import.meta.url))}`;

/** Runs one start in a sandbox of its own. @throws Error with the step's last lines if the start fails */
export async function measureStart(contender: Contender, scenario: Scenario): Promise<StartSample> {
  const { runningMs, onlineMs, boot, count = 1, throttle = false, inputs = {} } = scenario;
  const bootMs = Math.max(0, onlineMs - runningMs - AGENT_MS);
  const timeline = { pendingMs: runningMs, bootMs };
  const sandbox = startSandbox({ timeline, throttle, machines: boot === 'agent' });
  return withSandbox(sandbox, async (world, atEnd) => {
    let spawnedAt = Number.NaN;
    const step = runStep({
      script: contender.script,
      inputs: { ...contender.inputs, ...inputs, 'github-token': world.token, ...(count > 1 && { count: `${count}` }) },
      environment: { ...world.environment, NODE_OPTIONS: reportPeak },
      node: measuredNode,
      onStart: (kill) => {
        spawnedAt = Date.now();
        atEnd(() => kill('SIGKILL'));
      },
    });
    const simulation = boot === 'simulated' ? [bringOnline(world, contender, onlineMs)] : [];
    const result = await Promise.race([step, ...simulation]);
    return judge(contender, result, { sandbox: world, spawnedAt, count });
  });
}

/** Brings the runner of every launched instance online at the given time. Never resolves; rejects on a failure. */
export function bringOnline(sandbox: Sandbox, contender: Contender, onlineMs: number): Promise<never> {
  const connect = async (instance: string): Promise<void> => {
    const runner = await contender.findRunner(sandbox, sandbox.ec2.instance(instance));
    sandbox.github.connectRunner(runner);
  };
  return new Promise((_, reject) => {
    sandbox.on((event) => {
      if (event.name !== 'launched') return;
      sandbox.ec2.after(onlineMs, () => void connect(event.instance).catch(reject));
    });
  });
}

function judge(
  contender: Contender,
  result: StepResult,
  { sandbox, spawnedAt, count }: { sandbox: Sandbox; spawnedAt: number; count: number },
): StartSample {
  const times = (name: string) => sandbox.events.filter((event) => event.name === name).map(({ at }) => at);
  const [launches, registrations] = [times('launched'), times('runner-online')];
  if (result.code !== 0 || launches.length !== count || registrations.length !== count)
    throw new Error(`${contender.name} failed with ${result.code}:\n${result.lines.slice(-20).join('\n')}`);
  const last = Math.max(...registrations);
  const boot = (last - Math.min(...launches)) / 1000;
  return {
    step: result.seconds,
    boot,
    overhead: result.seconds - boot,
    // Later than the real start by the few ms of spawning, which is never to the action's advantage.
    notice: (spawnedAt - last) / 1000 + result.seconds,
    peakMiB: readPeak(result),
    traffic: tally(sandbox.requests.filter((request) => !isOwnRequest(request))),
  };
}

export function readPeak({ lines }: Pick<StepResult, 'lines'>): number {
  const kib = lines.map((line) => Number(/^bench-peak-kib=(\d+)$/.exec(line)?.[1])).find((found) => found > 0);
  if (kib === undefined) throw new Error(`The program did not print its memory:\n${lines.slice(-20).join('\n')}`);
  return kib / 1024;
}

/** The CPU time of a program that ran with {@link reportPeak}, in s. Other programs on the machine do not add to it. */
export function readCpu({ lines }: Pick<StepResult, 'lines'>): number {
  const micros = lines.map((line) => Number(/^bench-cpu-us=(\d+)$/.exec(line)?.[1])).find((found) => found > 0);
  if (micros === undefined) throw new Error(`The program did not print its CPU time:\n${lines.slice(-20).join('\n')}`);
  return micros / 1_000_000;
}
