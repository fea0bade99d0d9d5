import { type EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2';
import type { Clock, Ec2, LaunchOutcome, LaunchSpec, Log, Refusal } from '../core/ports.js';
import { Failure } from '../core/failure.js';
import { classify, GarbledAnswer, readError, type ErrorClass } from './errors.js';
import { translate } from './failures.js';
import { toInstance } from './instances.js';
import { adviseOnQuota } from './quotas.js';
import { toRunInstances } from './run-instances.js';

type Passing = 'throttled' | 'unanswered';

/** Being throttled is waiting one's turn: EC2 lets 2 launches a second through, and 100 starts at once are 50 s. */
const MOST_TRIES: Readonly<Record<Passing, number>> = { throttled: Infinity, unanswered: 6 };
/** No further try begins later than this after the first. */
const PATIENCE_MS: Readonly<Record<Passing, number>> = { throttled: 180_000, unanswered: 60_000 };
const BACK_OFF_MS: Readonly<Record<Passing, number>> = { throttled: 1_000, unanswered: 250 };
const LONGEST_BACK_OFF_MS = 10_000;

export interface LaunchOptions {
  /** Must not retry: EC2 answers 500 when it has no capacity, which the SDK would try again. */
  readonly client: EC2Client;
  readonly region: string;
  readonly clock: Clock;
  readonly log?: Pick<Log, 'info'>;
  /** For the jitter: from 0 to 1. */
  readonly random: () => number;
}

export function createLauncher(options: LaunchOptions): Pick<Ec2, 'launch' | 'checkLaunch'> {
  const launcher = new Launcher(options);
  return { launch: (spec) => launcher.launch(spec), checkLaunch: (spec) => launcher.check(spec) };
}

class Launcher {
  constructor(private readonly options: LaunchOptions) {}

  async launch(spec: LaunchSpec): Promise<LaunchOutcome> {
    const command = new RunInstancesCommand(toRunInstances(spec));
    try {
      const instance = await this.persist(async () => {
        const { Instances = [] } = await this.options.client.send(command);
        if (!Instances[0]?.InstanceId) throw new GarbledAnswer('the answer names no instance');
        return toInstance(Instances[0]);
      });
      return { kind: 'launched', instance };
    } catch (error) {
      const verdict = classify(error);
      if (verdict.kind !== 'refused') throw translate(error, 'ec2:RunInstances');
      return { kind: 'refused', refusal: this.describeRefusal(error, verdict, spec) };
    }
  }

  async check(spec: LaunchSpec): Promise<void> {
    const command = new RunInstancesCommand({ ...toRunInstances(spec), DryRun: true });
    try {
      await this.persist(() => this.options.client.send(command));
    } catch (error) {
      if (readError(error).code === 'DryRunOperation') return;
      throw this.explain(error, spec);
    }
    throw new Error('EC2 answered a dry run as if it had launched.');
  }

  /**
   * Tries until EC2 decides. Every try carries the same client token, so that one whose answer was lost
   * and the next one start one instance together.
   */
  private async persist<T>(send: () => Promise<T>): Promise<T> {
    const begun = this.options.clock.now();
    for (let tries = 1; ; tries++) {
      try {
        return await send();
      } catch (error) {
        const { kind } = classify(error);
        if (kind !== 'throttled' && kind !== 'unanswered') throw error;
        const wait = this.backOff(BACK_OFF_MS[kind], tries);
        if (tries >= MOST_TRIES[kind] || this.options.clock.now() + wait > begun + PATIENCE_MS[kind]) throw error;
        this.options.log?.info(
          `RunInstances: ${readError(error).code}, trying again in ${(wait / 1_000).toFixed(1)} s.`,
        );
        await this.options.clock.sleep(wait);
      }
    }
  }

  /** Exponential; half of it at random, so that launches side by side do not come back together. */
  private backOff(base: number, tries: number): number {
    const longest = Math.min(LONGEST_BACK_OFF_MS, base * 2 ** (tries - 1));
    return longest / 2 + (longest / 2) * this.options.random();
  }

  private describeRefusal(error: unknown, { refusal }: ErrorClass & { kind: 'refused' }, spec: LaunchSpec): Refusal {
    const { code, message, requestId } = readError(error);
    const hint = refusal.kind === 'quota' ? adviseOnQuota(spec.plan, this.options.region) : undefined;
    return { code, message, ...refusal, ...(requestId !== undefined && { requestId }), ...(hint && { hint }) };
  }

  /** Of a dry run: a refusal is a dead end there, and a quota has its own advice. */
  private explain(error: unknown, { plan }: LaunchSpec): unknown {
    const verdict = classify(error);
    if (verdict.kind !== 'refused' || verdict.refusal.kind !== 'quota') return translate(error, 'ec2:RunInstances');
    const { code, message } = readError(error);
    const hint = adviseOnQuota(plan, this.options.region);
    return new Failure('quota-exceeded', `A quota forbids ${plan.instanceType}: ${message} (${code}).`, {
      hint,
      cause: error,
    });
  }
}
