import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { runStep, type Step, type StepResult } from '../../../sandbox/step.js';
import type { ComposeOutcome } from '../../../src/core/compose/outcome.js';
import { findNode24 } from '../../node24/nodes.js';
import { toInputs, type ComposeCase, type Variant } from './cases.js';
import { docker, listRemains, type ContainerStart, type DockerEnvironment, type Remains } from './docker.js';

/** What run-compose did, main step and post step. */
export interface Played {
  readonly main: StepResult;
  readonly post: StepResult;
  /** Undefined: it wrote none. */
  readonly outcome: ComposeOutcome | undefined;
  readonly project: string | undefined;
  /** The services whose containers started, in order, as Docker's events say. */
  readonly started: readonly string[];
  /** What the main step left, and what the post step left. */
  readonly remains: { readonly main: Remains; readonly post: Remains };
}

const SMALL_BYTES = 1 << 20;

/** A workspace of its own with one project in it, in which run-compose runs as GitHub runs it. */
export class ComposeStage {
  readonly directory = mkdtempSync(join(tmpdir(), 'compose-stage-'));
  readonly workspace = join(this.directory, 'workspace');
  readonly temp = join(this.directory, 'temp');
  readonly started: ContainerStart[] = [];

  constructor(private readonly env: DockerEnvironment) {
    for (const folder of [this.workspace, this.temp]) mkdirSync(folder);
  }

  /** Puts the files of a project into the workspace. */
  add({ folder, id, write: files }: ComposeCase, { change }: Variant): void {
    if (folder !== undefined) this.copy(folder, id);
    for (const [path, text] of Object.entries({ ...files, ...change.write })) this.write(path, text);
  }

  /** Copies a folder into the workspace. */
  copy(folder: string, name: string): void {
    cpSync(folder, join(this.workspace, name), { recursive: true });
  }

  /** The paths of all artifacts. */
  listArtifacts(): readonly string[] {
    const root = join(this.temp, 'ci-actions');
    return existsSync(root) ? (readdirSync(root, { recursive: true }) as string[]) : [];
  }

  /** The size of an artifact, and the text of a small one. */
  readArtifact(path: string): { readonly bytes: number; readonly text: string } {
    const file = join(this.temp, 'ci-actions', path);
    const about = statSync(file);
    const isSmall = about.isFile() && about.size < SMALL_BYTES;
    return { bytes: about.size, text: isSmall ? readFileSync(file, 'utf8') : '' };
  }

  write(path: string, text: string): void {
    const file = join(this.workspace, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  close(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  run(
    script: 'run-compose' | 'run-compose-post',
    inputs: Step['inputs'],
    more: Partial<Step> = {},
  ): Promise<StepResult> {
    return runStep({
      node: findNode24(),
      ...more,
      script: fileURLToPath(new URL(`../../../dist/${script}.js`, import.meta.url)),
      inputs,
      environment: {
        ...this.env,
        RUNNER_TEMP: this.temp,
        HOME: this.directory,
        GITHUB_WORKSPACE: this.workspace,
        GITHUB_REPOSITORY: 'o/r',
        GITHUB_RUN_ID: '77',
        GITHUB_RUN_ATTEMPT: '1',
        GITHUB_JOB: 'compose',
        GITHUB_SHA: 'f'.repeat(40),
        GITHUB_SERVER_URL: 'https://github.com',
        ...more.environment,
      },
    });
  }

  /** Runs the main step and the post step. */
  async play(inputs: Step['inputs'], { onEnd, ...more }: Partial<Step> & { onEnd?: () => void } = {}): Promise<Played> {
    const main = await this.run('run-compose', inputs, more);
    onEnd?.();
    const project = this.findProject(main);
    const afterMain = this.listRemains(project);
    const post = await this.run('run-compose-post', inputs, {
      environment: more.environment ?? {},
      state: main.state,
    });
    const outcome = project === undefined ? undefined : readOutcome(join(this.temp, 'ci-actions', project));
    return {
      main,
      post,
      project,
      outcome,
      started: this.started.map(({ service }) => service),
      remains: { main: afterMain, post: this.listRemains(project) },
    };
  }

  private findProject({ outputs }: StepResult): string | undefined {
    const { artifacts = '' } = outputs;
    // A step that is killed has no outputs.
    const folders = this.listArtifacts().filter((path) => !path.includes('/'));
    return artifacts === '' ? folders[0] : basename(artifacts);
  }

  private listRemains(project: string | undefined): Remains {
    return project === undefined ? { containers: [], volumes: [], networks: [] } : listRemains(this.env, project);
  }
}

function readOutcome(folder: string): ComposeOutcome | undefined {
  const file = join(folder, 'outcome.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as ComposeOutcome) : undefined;
}

/** Runs one variant of a case, and kills the container that its `change` names. */
export async function playVariant(
  stage: ComposeStage,
  project: ComposeCase,
  { variant, env }: { readonly variant: Variant; readonly env: DockerEnvironment },
): Promise<Played> {
  stage.add(project, variant);
  const { kill } = variant.change;
  const ended = new AbortController();
  const killing =
    kill && killService(stage, { ...kill, session: project.session as string, env, signal: ended.signal });
  try {
    return await stage.play(toInputs(project, variant));
  } finally {
    ended.abort();
    await killing;
  }
}

interface Kill {
  readonly service: string;
  readonly after_session_s: number;
  readonly session: string;
  readonly env: DockerEnvironment;
  readonly signal: AbortSignal;
}

const LOOK_MS = 50;

async function killService(
  stage: ComposeStage,
  { service, after_session_s, session, env, signal }: Kill,
): Promise<void> {
  while (!stage.started.some((one) => one.service === session)) {
    if (signal.aborted) return;
    await sleep(LOOK_MS);
  }
  await sleep(after_session_s * 1000);
  const victim = stage.started.find((one) => one.service === service);
  if (victim && !signal.aborted) docker(env, 'kill', victim.id);
}
