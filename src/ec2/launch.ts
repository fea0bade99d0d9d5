import { RunInstancesCommand } from '@aws-sdk/client-ec2';
import { Failure } from '../core/kernel/failure.js';
import type { Ec2, Instance, LaunchOutcome, LaunchSpec, Refusal } from '../core/ports/ec2.js';
import { classify } from './classify.js';
import { IncompleteResponse, readError } from './errors.js';
import { translate } from './failures.js';
import { toInstance } from './instances.js';
import { adviseOnQuota } from './quotas.js';
import { CAPACITY_REFUSALS, classifyRefusal, toRefusal, type RefusalClass } from './refusals.js';
import type { Requests } from './requests.js';
import { toRunInstances } from './run-instances.js';

export function createLauncher(requests: Requests, region: string): Pick<Ec2, 'launch' | 'checkLaunch'> {
  const launcher = new Launcher(requests, region);
  return { launch: (spec, signal) => launcher.launch(spec, signal), checkLaunch: (spec) => launcher.check(spec) };
}

class Launcher {
  constructor(
    private readonly requests: Requests,
    private readonly region: string,
  ) {}

  async launch(spec: LaunchSpec, signal?: AbortSignal): Promise<LaunchOutcome> {
    const command = new RunInstancesCommand(toRunInstances(spec));
    let isThrottledOnly = true;
    const send = async (): Promise<Instance> => {
      try {
        const { Instances = [] } = await this.requests.client.send(command);
        if (!Instances[0]?.InstanceId) throw new IncompleteResponse('the response names no instance');
        return toInstance(Instances[0]);
      } catch (error) {
        isThrottledOnly &&= classify(error).kind === 'throttled';
        throw error;
      }
    };
    try {
      return { kind: 'launched', instance: await this.persist(send, signal) };
    } catch (error) {
      if (isThrottledOnly) return { kind: 'given-up', error: translate(error, 'ec2:RunInstances') };
      const refusal = classifyRefusal(error, spec.plan);
      if (!refusal) throw translate(error, 'ec2:RunInstances');
      return { kind: 'refused', refusal: this.describeRefusal(error, refusal, spec) };
    }
  }

  async check(spec: LaunchSpec): Promise<void> {
    const command = new RunInstancesCommand({ ...toRunInstances(spec), DryRun: true });
    try {
      await this.persist(() => this.requests.client.send(command));
    } catch (error) {
      if (readError(error).code === 'DryRunOperation') return;
      throw this.explain(error, spec);
    }
    throw new Error('EC2 answered a dry run like a launch.');
  }

  /**
   * Each try has the same client token. So a repeated request after a lost response still launches only one instance.
   */
  private persist<T>(send: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.requests.persist('ec2:RunInstances', send, { purpose: 'register', ...(signal && { signal }) });
  }

  private describeRefusal(error: unknown, refusal: RefusalClass, spec: LaunchSpec): Refusal {
    const hint = refusal.kind === 'quota' ? adviseOnQuota(spec.plan, this.region) : undefined;
    const failure = CAPACITY_REFUSALS[readError(error).code] ? undefined : translate(error, 'ec2:RunInstances');
    return {
      ...toRefusal(error, refusal),
      ...(hint && { hint }),
      ...(failure instanceof Failure && { failure }),
    };
  }

  /**
   * The error of a dry run. A dry run has only one plan, so every refusal is a `Failure`; a quota has a special hint.
   */
  private explain(error: unknown, { plan }: LaunchSpec): unknown {
    const meaning = classify(error);
    if (meaning.kind !== 'refused' || meaning.refusal.kind !== 'quota') return translate(error, 'ec2:RunInstances');
    const { code, message } = readError(error);
    const hint = adviseOnQuota(plan, this.region);
    return new Failure('quota-exceeded', `A quota forbids ${plan.instanceType}: ${message} (${code}).`, {
      hint,
      cause: error,
    });
  }
}
