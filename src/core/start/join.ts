import type { LocatedInstance } from '../instances/located-instance.js';
import { isOff } from '../instances/states.js';
import { renderScope, TAG } from '../kernel/identity.js';
import { readRunnerNames, readRunners } from '../kernel/runner-tags.js';
import { readTimeouts } from '../kernel/timeouts.js';
import { renderTime } from '../kernel/times.js';
import type { Instance } from '../ports/ec2.js';
import type { Runner } from '../ports/github.js';
import { refuseMachine } from './machines-of-name.js';
import type { StartPorts } from './ports.js';
import { labelUnder, type RunnerRole, type StartRequest } from './request.js';
import type { JoinedMachine } from './started.js';

/** A machine is not joined when it ends within this time: no job would get far. */
const LEAST_LEFT_MS = 5 * 60_000;
const CADENCE_MS = 3_000;

type JoinPorts = Pick<StartPorts, 'ec2In' | 'github' | 'clock' | 'log' | 'signal'>;

/** Waits until a running machine can take a job of each role of the request. */
export class Join {
  private readonly deadline: number;

  constructor(
    private readonly request: StartRequest,
    private readonly ports: JoinPorts,
  ) {
    this.deadline = ports.clock.now() + request.startup.startupTimeoutMs;
  }

  /**
   * @returns `undefined` when the machine is ending
   * @throws Failure `machine-running` when it cannot take the jobs of this request; the signal's reason
   */
  async join(found: LocatedInstance): Promise<JoinedMachine | undefined> {
    const { clock, signal, github } = this.ports;
    for (;;) {
      const one = await this.look(found);
      if (one === undefined) return undefined;
      this.check(one);
      const runners = await this.listRunners(one.instance);
      const missing = this.request.runners.find((role) => !this.isUsable(role, one.instance, runners));
      if (missing === undefined || this.request.startup.waitFor === 'launched') return this.describe(one, runners);
      const isLate = clock.now() >= Math.min(this.deadline, endOfStartUp(one.instance));
      if (isLate)
        throw this.refuse(
          one,
          `No runner of it is free for the label ${labelIn(one.instance, this.request, missing)}. Its runners: ${listStates(runners)}.`,
        );
      await clock.sleep(CADENCE_MS * github.pace, signal);
    }
  }

  private async look({ instance, region }: LocatedInstance): Promise<LocatedInstance | undefined> {
    const [current] = await (await this.ports.ec2In(region)).describeInstances([instance.id]);
    return current === undefined || isOff(current) ? undefined : { instance: current, region };
  }

  private check(one: LocatedInstance): void {
    const { tags } = one.instance;
    const own = renderScope(this.request.scope);
    if (tags[TAG.scope] !== own)
      throw this.refuse(one, `Its runners are registered in ${tags[TAG.scope]}, and not in ${own}.`);
    const end = Date.parse(tags[TAG.expiresAt] ?? '');
    if (end - this.ports.clock.now() >= LEAST_LEFT_MS) return;
    throw this.refuse(one, `It ends at ${renderTime(end)}, so that no job of this run would get far.`);
  }

  private refuse(one: LocatedInstance, why: string) {
    const hint = `Run the job again after the end of that machine, or set \`when-running: replace\`. \`join\` suits machines whose runners have \`lifetime: run\`, because any other runner takes one job.`;
    return refuseMachine(one, this.request, { why, hint });
  }

  private async listRunners({ tags }: Instance): Promise<readonly Runner[]> {
    const names = new Set(readRunnerNames(tags));
    return (await this.ports.github.listRunners('glance')).filter(({ name }) => names.has(name));
  }

  private describe({ instance, region }: LocatedInstance, runners: readonly Runner[]): JoinedMachine {
    const { type: instanceType, subnetId, market, launchedAt, tags } = instance;
    const started = runners.map(({ id, name, labels }) => {
      const { role } = this.request.runners.find((one) => labels.includes(labelIn(instance, this.request, one))) ?? {};
      return { id, name, labels, ...(role !== undefined && { role }) };
    });
    return {
      label: tags[TAG.label]!,
      runId: tags[TAG.runId]!,
      started: {
        instance,
        region,
        plan: { instanceType, market, region, ...(subnetId !== undefined && { subnetId }) },
        runners: started,
        launchedAt,
      },
    };
  }

  private isUsable(role: RunnerRole, instance: Instance, runners: readonly Runner[]): boolean {
    const label = labelIn(instance, this.request, role).toLowerCase();
    return runners.some(
      (one) =>
        one.labels.some((other) => other.toLowerCase() === label) &&
        one.status === 'online' &&
        (!one.busy || takesManyJobs(one, instance)),
    );
  }
}

/** The label of a role on a machine that another start launched. */
function labelIn({ tags }: Instance, request: StartRequest, role: RunnerRole): string {
  return labelUnder(`${tags[TAG.label]}`, request, role);
}

/** A runner that takes jobs until the machine ends registers itself, so its place in the tag of the ids has no id. */
function takesManyJobs({ name }: Runner, { tags }: Instance): boolean {
  return readRunners(tags).some((one) => one.name === name && one.id === undefined);
}

/** `x-build (busy), x-test (online)`: a role that is asked for may be none of the machine's. */
function listStates(runners: readonly Runner[]): string {
  const texts = runners.map(({ labels, busy, status }) => `${labels[0] ?? '?'} (${busy ? 'busy' : status})`);
  return texts.join(', ') || 'none that GitHub lists';
}

/** When the machine's own start has given up waiting for its runners; epoch ms. */
function endOfStartUp({ launchedAt, tags }: Instance): number {
  return launchedAt + (readTimeouts(tags)?.startupMs ?? 0);
}
