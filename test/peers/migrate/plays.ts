import { stringify } from 'yaml';
import type { SandboxOptions } from '../../../sandbox/sandbox.js';
import { seed } from '../../../sandbox/sandbox.js';
import type { StepResult } from '../../../sandbox/step.js';
import { accelerated } from '../../process/accelerated.js';
import { Scene, type How } from '../../worlds/sandbox/scene.js';
import type { Case, Inputs } from './cases.js';

/** What a play showed. Absent: the play has no such thing. */
export interface Seen {
  readonly start?: StepResult;
  readonly stop?: StepResult;
  /** What the case's checks name: `a_machine`, `own`, `sibling`, `machine`, …: alive or gone. */
  readonly fates?: Readonly<Record<string, 'alive' | 'gone' | boolean>>;
  /** Of each launch: its subnet and its groups. */
  readonly launches?: readonly (readonly [subnet: string, groups: readonly string[]])[];
  /** The values of all parameters of the launches. */
  readonly parameters?: readonly string[];
  readonly volumes?: readonly number[];
}

/** The steps' clocks run faster, so that minutes of waiting take seconds. */
const FACTOR = 10;
const FILE = '.github/workflows/ci.yml';

/** Types that the sandbox does not have, by ones of the same kind. */
const TYPES: readonly (readonly [RegExp, string])[] = [
  [/^(g6|g4dn|g5)\b/, '$1.xlarge'],
  [/^p3\b/, 'g4dn.xlarge'],
  [/^(m7i|m6a|c7i|t3a|t4g)\b/, '$1.xlarge'],
  [/^c\d\w*\b/, 'm5.xlarge'],
];

/** The network of the cases, in both regions. */
function buildWorld(one: Case): SandboxOptions {
  const ids = (kind: string, ...ends: string[]) => ends.map((end) => `${kind}-0${end.padStart(16, end[0])}`);
  const image = (id: string, more: object) =>
    seed.image({
      id,
      name: 'ci-amd64-1',
      ownerId: seed.ACCOUNT,
      createdAt: '2026-09-01T00:00:00.000Z',
      tags: new Map(),
      ...more,
    });
  const [arm, xvda] = ['ami-0aaaaaaaaaaaaaa02', 'ami-0aaaaaaaaaaaaaa04'];
  const images = [...ids('ami', 'aaaaaaaaaaaaaa01', 'aaaaaaaaaaaaaa03', 'bbbbbbbbbbbbbb01'), arm, xvda];
  const subnets = ids('subnet', 'aaaaaaaaaaaaaa0a', 'aaaaaaaaaaaaaa0b', 'aaaaaaaaaaaaaa0c', 'bbbbbbbbbbbbbb0a');
  const groups = ids('sg', 'aaaaaaaaaaaaaa01', 'aaaaaaaaaaaaaa02', 'bbbbbbbbbbbbbb01');
  const common = { vpcId: seed.VPC, isDefault: false, freeAddresses: 99, tags: new Map<string, string>() };
  return {
    machines: false,
    otherRegions: ['us-west-2'],
    images: images.map((id) =>
      image(id, { ...(id === arm && { architecture: 'arm64' }), ...(id === xvda && { rootDeviceName: '/dev/xvda' }) }),
    ),
    subnets: subnets.map((id, at) => ({ ...common, id, zone: `us-east-1${'abcd'[at]}`, cidr: `172.31.${at}.0/24` })),
    securityGroups: groups.map((id) => ({ ...common, id, name: id, description: id })),
    github: { files: { [FILE]: composeWorkflow(one) } },
  };
}

/** A workflow of the case's shape. */
function composeWorkflow({ shape, plays: names }: Case): string {
  const label = '${{ needs.start.outputs.label }}';
  const job = {
    needs: shape.waits_minutes === undefined ? 'start' : ['start', 'build'],
    'runs-on': label,
    ...(shape.timeout_minutes !== undefined && { 'timeout-minutes': shape.timeout_minutes }),
  };
  // A machine that is kept alive is for other workflows.
  const count = names.includes('keepalive') ? 0 : shape.jobs_on_label;
  const jobs = Array.from({ length: count }, (_, at) => [`job-${at}`, job]);
  return stringify({
    on: 'push',
    jobs: {
      build: { 'runs-on': 'ubuntu-latest', steps: [] },
      start: {
        outputs: { label: '${{ steps.start.outputs.label }}' },
        steps: [{ id: 'start', uses: 'org/ci-actions/start-runner@v1' }],
      },
      ...Object.fromEntries(jobs),
      stop: { needs: ['start'], if: 'always()', 'runs-on': 'ubuntu-latest', steps: [] },
    },
  });
}

/** One case in a sandbox of its own, whose runners come online some time after their machine runs. */
export class Stage {
  private constructor(
    readonly scene: Scene,
    private readonly one: Case,
  ) {}

  static async play(one: Case, play: (stage: Stage) => Promise<Seen>, onlineAfterMs = 0): Promise<Seen> {
    const scene = await Scene.open(buildWorld(one));
    const timers: NodeJS.Timeout[] = [];
    scene.sandbox.on((event) => {
      if (event.name !== 'running' || !('instance' in event)) return;
      timers.push(setTimeout(() => new Stage(scene, one).connect(event.instance), onlineAfterMs / FACTOR));
    });
    try {
      return await play(new Stage(scene, one));
    } finally {
      for (const timer of timers) clearTimeout(timer);
      await scene.close();
    }
  }

  start(changes: Inputs = {}, how: How = {}): Promise<StepResult> {
    return this.scene.start(this.fill({ ...this.one.start, ...changes }), this.how(how));
  }

  /** Stops in a job of the run. @param from the start whose outputs the stop gets */
  async stop(inputs: Inputs, from?: StepResult): Promise<StepResult> {
    const job = this.scene.sandbox.github.hostJob('stop');
    const filled = this.fill(inputs, from?.outputs);
    const environment = { GITHUB_JOB: 'stop', RUNNER_NAME: job.runnerName };
    const stopped = await this.scene.stop(filled, this.how({ environment }));
    job.end();
    return stopped;
  }

  /** A job of the run in which a start runs. Its name is not its id, as in most workflows. */
  async inJob(name: string, body: () => Promise<StepResult>): Promise<StepResult> {
    const job = this.scene.sandbox.github.hostJob(name);
    const result = await body();
    job.end(result.code === 0 ? 'success' : 'failure');
    return result;
  }

  /** No plan has capacity, or all have again. */
  setCapacity(isThere: boolean, plans = '*/*/*'): void {
    for (const ec2 of this.regions) {
      delete ec2.refusals[plans];
      if (!isThere) ec2.refusals[plans] = 'InsufficientInstanceCapacity';
    }
  }

  fateOf(result: StepResult): 'alive' | 'gone' {
    const ids = JSON.parse(result.outputs['ec2-instance-ids'] ?? '[]') as string[];
    return ids.some((id) => this.alive.includes(id)) ? 'alive' : 'gone';
  }

  get alive(): string[] {
    return this.regions
      .flatMap((ec2) => ec2.instances())
      .flatMap(({ id, state }) => (state === 'shutting-down' || state === 'terminated' ? [] : [id]));
  }

  get launches(): [string, string[]][] {
    return this.scene.launches().map((launch) => {
      const named = (pattern: RegExp) => [...launch].flatMap(([name, value]) => (pattern.test(name) ? [value] : []));
      return [named(/SubnetId$/)[0] ?? '', named(/SecurityGroupId\.\d+$/)];
    });
  }

  get parameters(): string[] {
    return this.scene.launches().flatMap((launch) => [...launch.values()]);
  }

  get volumes(): number[] {
    return this.regions.flatMap((ec2) => [...ec2.volumes.values()].map(({ sizeGiB }) => sizeGiB));
  }

  hasTag(result: StepResult, name: string): boolean {
    const id = result.outputs['ec2-instance-id'] ?? '';
    return this.scene.sandbox.ec2.instance(id).tags.get(name) !== undefined;
  }

  private get regions() {
    return [this.scene.sandbox.ec2, ...this.scene.sandbox.elsewhere.values()];
  }

  private connect(instanceId: string): void {
    const instance = this.regions.flatMap((ec2) => ec2.instances()).find(({ id }) => id === instanceId);
    const { github } = this.scene.sandbox;
    const ids = (instance?.tags.get('ci-actions:runner-id') ?? '').split(/\D+/).map(Number);
    for (const { id } of github.runners()) if (ids.includes(id)) github.connectRunner(id);
  }

  private how({ environment, ...rest }: How): How {
    return { ...rest, environment: { ...accelerated(FACTOR), GITHUB_RUN_ATTEMPT: '1', ...environment } };
  }

  /** Puts in what an expression of the workflow would give, and what the sandbox calls otherwise. */
  private fill(inputs: Inputs, outputs: Inputs = {}): Inputs {
    const { token } = this.scene.sandbox;
    const filled = Object.entries(inputs).map(([name, text]) => [
      name,
      text
        .replaceAll('$TOKEN', token)
        .replaceAll('$label', outputs['label'] ?? '')
        .replaceAll('$id', outputs['ec2-instance-id'] ?? '')
        .replace(/^ci-role$/, seed.INSTANCE_PROFILE)
        .replace(/^ci-key$/, seed.KEY_PAIR),
    ]);
    const all = Object.fromEntries(filled) as Record<string, string>;
    const type = all['ec2-instance-type'];
    if (type !== undefined) all['ec2-instance-type'] = type.split(',').map(replaceType).join(',');
    return all;
  }
}

function replaceType(type: string): string {
  const [pattern, instead] = TYPES.find(([one]) => one.test(type)) ?? [];
  return pattern ? type.replace(new RegExp(`${pattern.source}.*`), instead!) : type;
}

type Play = (one: Case) => Promise<Seen>;

/** Every play of the cases, by its name. */
export const plays: Readonly<Record<string, Play>> = {
  single: (one) =>
    Stage.play(one, async (stage) => {
      const start = await stage.inJob('Start', () => stage.start());
      const { volumes, parameters } = stage;
      const stop = await stage.stop(one.stop.succeeded, start);
      return { start, stop, volumes, parameters, fates: { machine: stage.fateOf(start) } };
    }),

  'single-nostop': (one) => Stage.play(one, async (stage) => ({ start: await stage.start() })),

  failed: (one) =>
    Stage.play(one, async (stage) => {
      stage.setCapacity(false);
      const start = await stage.inJob('Start', () => stage.start());
      // There a start that failed has no outputs.
      return { start, stop: await stage.stop(one.stop.failed), fates: { left: stage.alive.length > 0 } };
    }),

  /** Two starts of one run. The second fails, and its stop has nothing. */
  trios: (one) =>
    Stage.play(one, async (stage) => {
      const a = await stage.inJob('Start A', () => stage.start());
      stage.setCapacity(false);
      const b = await stage.inJob('Start B', () => stage.start({ label: '' }));
      const stop = await stage.stop(one.stop.failed);
      return { start: a, stop, fates: { a_machine: stage.fateOf(a), b_start: b.code === 0 } };
    }),

  /** A start that is killed outright, without its post step. */
  killed: (one) =>
    Stage.play(
      one,
      async (stage) => {
        const { sandbox } = stage.scene;
        let kill: (signal: NodeJS.Signals) => void = () => undefined;
        sandbox.on(({ name }) => void (name === 'running' && setTimeout(() => kill('SIGKILL'), 100)));
        const start = await stage.inJob('Start', () => stage.start({}, { onStart: (one) => (kill = one) }));
        const before = stage.alive.length;
        const stop = await stage.stop(one.stop.failed);
        return { start, stop, fates: { was: before > 0, machine: stage.alive.length > 0 ? 'alive' : 'gone' } };
      },
      600_000,
    ),

  sibling: (one) =>
    Stage.play(one, async (stage) => {
      const own = await stage.inJob('Start (1)', () => stage.start());
      const other = { label: `${one.start['label']}-2` };
      const sibling = await stage.inJob('Start (2)', () => stage.start(other));
      const stop = await stage.stop(one.stop.succeeded, own);
      return {
        stop,
        fates: {
          own: stage.fateOf(own),
          sibling: stage.fateOf(sibling),
          found_by_user_tag: stage.hasTag(own, 'RunnerLabel'),
        },
      };
    }),

  /** The same step twice in one job: the first attempt fails, and its post step runs last. */
  retry: (one) =>
    Stage.play(one, async (stage) => {
      stage.setCapacity(false);
      const first = await stage.start();
      stage.setCapacity(true);
      const second = await stage.start();
      await stage.scene.finish(first);
      const machine = stage.fateOf(second);
      const stop = await stage.stop(one.stop.succeeded, second);
      return { start: second, stop, fates: { machine, own: stage.fateOf(second) } };
    }),

  idle: (one) => Stage.play(one, async (stage) => ({ start: await stage.start() })),

  /** The runner is online 75 s after its machine runs, and the step waits for a minute. */
  slow: (one) =>
    Stage.play(one, async (stage) => ({ start: await stage.start({ 'startup-timeout-minutes': '1' }) }), 75_000),

  /** Only the second zone has capacity. */
  groups: (one) =>
    Stage.play(one, async (stage) => {
      stage.setCapacity(false, '*/subnet-0aaaaaaaaaaaaaa0a/*');
      const start = await stage.start();
      return { start, launches: stage.launches };
    }),

  /** Without the input that is refused. */
  keepalive: (one) => Stage.play(one, async (stage) => ({ start: await stage.start({ 'iam-instance-profile': '' }) })),

  stopwith: (one) =>
    Stage.play(one, async (stage) => {
      const start = await stage.start();
      const stop = await stage.stop(one.stop.succeeded, start);
      return { start, stop, fates: { machine: stage.fateOf(start) } };
    }),
};
