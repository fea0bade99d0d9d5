import { fileURLToPath } from 'node:url';
import { Params } from '../../sandbox/ec2/query.js';
import type { InstanceRecord } from '../../sandbox/ec2/records.js';
import { runInstances } from '../../sandbox/ec2/run-instances.js';
import { seed, startSandbox, type Sandbox } from '../../sandbox/sandbox.js';
import { runStep, type StepResult } from '../../sandbox/step.js';
import { findNode24 } from '../node24/nodes.js';
import { abandonVolume, openSpotRequest } from '../process/leftovers.js';
import { environment } from './accelerate.mjs';
import { Disturbance } from './faults.js';
import type { Cell, Config } from './cells.js';
import { Machines } from './machines.js';

const dist = fileURLToPath(new URL('../../dist/', import.meta.url));
const node = findNode24();
const compileCache = fileURLToPath(new URL('../../build/faults/compile-cache', import.meta.url));
/** No step may take longer, in ms of the accelerated clock. */
const HUNG_MS = 20 * 60_000;

/** Older than any grace, in ms. */
const LEFT_BEHIND_MS = 3_600_000;
/** A post step sees what EC2 lists late before it loses its patience, in ms. */
const LATE_LISTING_MS = 15_000;

export type StepName = 'start-runner' | 'start-runner-post' | 'stop-runner' | 'reap-runners';

/** What a step did, and what was done to it. */
export interface StepRun extends StepResult {
  readonly name: StepName;
  readonly endedAt: number;
  readonly requests: readonly string[];
  readonly struck: boolean;
  /** False when nobody was there to hear its last words. */
  readonly heard: boolean;
}

/** One account and one repository, with others' belongings in them that nobody may touch. */
export class World {
  readonly machines: Machines;
  readonly steps: StepRun[] = [];
  /** When each of our instances and runners was gone, on the machines' clock. */
  readonly endings: number[] = [];
  private readonly foreignInstances = new Set<string>();
  private readonly foreignRunners = new Set<number>();
  private readonly foreignVolumes: ReadonlySet<string>;

  private constructor(
    readonly sandbox: Sandbox,
    readonly config: Config,
  ) {
    const { ec2, github } = sandbox;
    for (const { id } of ec2.instances()) this.foreignInstances.add(id);
    for (const { id } of github.runners()) this.foreignRunners.add(id);
    this.foreignVolumes = new Set(ec2.volumes.keys());
    this.machines = new Machines(sandbox);
    sandbox.on(({ name }) => {
      if (name === 'shutting-down' || name === 'runner-removed') this.endings.push(this.machines.timers.now());
    });
  }

  static async create(config: Config): Promise<World> {
    const sandbox = await startSandbox({ machines: false, timeline: { pendingMs: 4_000, shuttingDownMs: 2_000 } });
    await settleIn(sandbox);
    const world = new World(sandbox, config);
    if (config.listsLate) world.hide(Infinity);
    return world;
  }

  async close(): Promise<void> {
    this.machines.close();
    await this.sandbox.close();
  }

  get instances(): InstanceRecord[] {
    return this.sandbox.ec2.instances().filter(({ id }) => !this.foreignInstances.has(id));
  }

  get live(): InstanceRecord[] {
    return this.instances.filter(({ state }) => state === 'pending' || state === 'running');
  }

  get runners() {
    return this.sandbox.github.runners().filter(({ id }) => !this.foreignRunners.has(id));
  }

  get volumes(): string[] {
    return [...this.sandbox.ec2.volumes.keys()].filter((id) => !this.foreignVolumes.has(id));
  }

  get openSpotRequests(): string[] {
    return [...this.sandbox.ec2.spotRequests.values()].flatMap(({ id, state }) => (state === 'open' ? [id] : []));
  }

  /** All ids and names of ours that are still there, whatever they are the names of. */
  get left(): string[] {
    const { live, runners, volumes, openSpotRequests } = this;
    return [...live.map(({ id }) => id), ...runners.map(({ id }) => `${id}`), ...volumes, ...openSpotRequests];
  }

  /** The run is over, and what only a sweep takes away is there, too: a ghost, a volume, a spot request. */
  async completeRun(): Promise<void> {
    const { ec2, github, environment: env } = this.sandbox;
    const run = github.runs.get(github.runId)!;
    Object.assign(run, { status: 'completed', conclusion: 'failure' });
    const { GITHUB_RUN_ID: ourRun = '' } = env;
    await mint(this.sandbox, github.repository, `ec2-${ourRun}-1-start-0000000a-0`);
    const leftover = {
      tags: { 'ci-actions:repository': github.repository },
      createdAt: Date.now() - LEFT_BEHIND_MS,
    };
    abandonVolume(ec2, leftover);
    openSpotRequest(ec2, leftover);
  }

  /**
   * For how long EC2 does not list a fresh instance, in ms. It is a matter of seconds, and the worst ones: it lists
   * nothing before stop-runner has looked for it once, or a post step for 15 s.
   */
  private hide(ms: number): void {
    (this.sandbox.ec2.timeline as { invisibleMs: number }).invisibleMs = ms;
  }

  /** What others miss, a sentence each. */
  listDamage(): string[] {
    const { ec2, github } = this.sandbox;
    const registered = new Set(github.runners().map(({ id }) => id));
    return [
      ...[...this.foreignInstances].filter((id) => ec2.instance(id).state !== 'running'),
      ...[...this.foreignRunners].filter((id) => !registered.has(id)).map((id) => `runner ${id}`),
      ...[...this.foreignVolumes].filter((id) => !ec2.volumes.has(id)),
    ];
  }

  /** Runs a step as GitHub does; `at` says what happens to it. */
  async run(name: StepName, from: { at?: Cell['at']; before?: Cell['at']; inputs: Inputs; state?: Inputs }) {
    let heard = true;
    let kill: (how: NodeJS.Signals | 'hang up') => void = () => undefined;
    const prelude = new Disturbance(from.before, (signal) => kill(signal));
    const disturbance = new Disturbance(from.at, (signal) => kill(signal));
    this.sandbox.intercept = (request) => {
      if (name === 'stop-runner' && disturbance.seen.includes('DescribeInstances#1')) this.hide(0);
      // What leads to the disturbed part is not counted as part of it.
      if (from.before && !prelude.struck) return prelude.intercept(request);
      return disturbance.intercept(request);
    };
    const hung = setTimeout(() => kill('SIGKILL'), HUNG_MS);
    if (name === 'start-runner-post') setTimeout(() => this.hide(0), LATE_LISTING_MS).unref();
    const result = await runStep({
      script: `${dist}${name}.js`,
      node,
      inputs: { 'github-token': this.sandbox.token, ...from.inputs },
      environment: { ...this.sandbox.environment, ...environment, NODE_COMPILE_CACHE: compileCache },
      ...(from.state && { state: from.state }),
      onStart(send, hangUp) {
        kill = (how) => {
          if (how !== 'hang up') return send(how);
          heard = false;
          hangUp();
        };
      },
    });
    clearTimeout(hung);
    const run: StepRun = {
      ...result,
      name,
      endedAt: this.machines.timers.now(),
      requests: disturbance.seen,
      struck: disturbance.struck,
      heard,
    };
    this.steps.push(run);
    return run;
  }
}

type Inputs = Readonly<Record<string, string>>;

/**
 * Others' things: another repository's, another run's of ours, somebody's without tags, each as like ours as can be. Our
 * other run is over, and so is its machine's time, but a job still runs on it: whoever touches it kills a busy runner.
 */
async function settleIn(sandbox: Sandbox): Promise<void> {
  const { github, ec2 } = sandbox;
  const { GITHUB_RUN_ID: ourRun = '' } = sandbox.environment;
  github.runs.set(111, { ...github.runs.get(github.runId)!, id: 111, status: 'completed', conclusion: 'failure' });
  const theirs = await mint(sandbox, 'octo-org/other-repo', `ec2-${ourRun}-1-start-00000000-0`);
  const neighbour = await mint(sandbox, github.repository, 'ec2-111-1-start-00000000-0');
  await mint(sandbox, github.repository, 'build-box');
  for (const id of [theirs, neighbour]) github.connectRunner(id, { busy: id === neighbour });
  const place = (about: { repository: string; run: string; runner: number; expiresInMs: number }) =>
    launch(ec2, {
      'ci-actions:repository': about.repository,
      'ci-actions:scope': `repo:${about.repository}`,
      'ci-actions:run-id': about.run,
      'ci-actions:run-attempt': '1',
      'ci-actions:start': '00000000',
      'ci-actions:runner-id': String(about.runner),
      'ci-actions:runner-name': `ec2-${about.run}-1-start-00000000-0`,
      'ci-actions:expires-at': new Date(Date.now() + about.expiresInMs).toISOString(),
    });
  place({ repository: 'octo-org/other-repo', run: ourRun, runner: theirs, expiresInMs: -LEFT_BEHIND_MS });
  place({ repository: github.repository, run: '111', runner: neighbour, expiresInMs: -LEFT_BEHIND_MS });
  launch(ec2, { Name: 'somebody' });
  const running = () => ec2.instances().every(({ state }) => state === 'running');
  while (!running()) await new Promise<void>((done) => void sandbox.on(() => done()));
}

function launch(ec2: Sandbox['ec2'], tags: Inputs): void {
  const form = new URLSearchParams({ ImageId: seed.UBUNTU_AMD64_IMAGE, InstanceType: 't3.micro' });
  form.set('MinCount', '1');
  form.set('MaxCount', '1');
  form.set('TagSpecification.1.ResourceType', 'instance');
  for (const [index, [key, value]] of Object.entries(tags).entries()) {
    form.set(`TagSpecification.1.Tag.${index + 1}.Key`, key);
    form.set(`TagSpecification.1.Tag.${index + 1}.Value`, value);
  }
  runInstances(ec2, Params.parse(form.toString()));
}

async function mint(sandbox: Sandbox, repository: string, name: string): Promise<number> {
  const url = `${sandbox.githubUrl}/repos/${repository}/actions/runners/generate-jitconfig`;
  const body = JSON.stringify({ name, labels: ['theirs'], runner_group_id: 1 });
  const headers = { authorization: `Bearer ${sandbox.token}`, 'content-type': 'application/json' };
  const answer = await fetch(url, { method: 'POST', headers, body });
  return ((await answer.json()) as { runner: { id: number } }).runner.id;
}
