/** run-compose that is canceled or killed in each phase, on a real daemon: nothing of the project is left. */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { phaseNames, type PhaseName } from '../../src/core/compose/outcome.js';
import { codeOf } from '../process/test-stage.js';
import { runLanes } from '../worlds/lanes.js';
import { describeWithDocker } from '../worlds/docker/engine.js';
import { docker, identify, type DockerEnvironment } from './compose/docker.js';
import { holdPhase, phaseBegins, project, startSilentRegistry } from './compose/phases.js';
import { ComposeStage, type Played } from './compose/stage.js';

const LONG_MS = 600_000;
const AT_A_TIME = 4;
/** GitHub's cancellation: SIGINT, SIGTERM after 7.5 s, SIGKILL after 2.5 s more. */
const [TERM_AFTER_MS, KILL_AFTER_MS] = [7_500, 2_500];

interface Task {
  readonly phase: PhaseName;
  readonly signal: 'SIGINT' | 'SIGKILL';
  /** How long the phase has run when the signal comes. */
  readonly afterMs: number;
}
const tasks = phaseNames.flatMap((phase): Task[] => [
  { phase, signal: 'SIGINT', afterMs: 300 },
  { phase, signal: 'SIGKILL', afterMs: 0 },
  { phase, signal: 'SIGKILL', afterMs: 600 },
]);

interface Killed extends Played {
  /** Whether the signal came while the phase ran. */
  readonly hit: boolean;
  readonly processes: readonly string[];
  readonly images: string;
  readonly kept: readonly string[];
}

async function kill({ phase, signal, afterMs }: Task, world: World): Promise<Killed> {
  const stage = new ComposeStage(world.env);
  const ended = new AbortController();
  try {
    stage.copy(project, 'compose-phases');
    let hit = false;
    const cancel = async (send: (signal: NodeJS.Signals) => void): Promise<void> => {
      const begun = await phaseBegins(stage, phase, ended.signal);
      await sleep(afterMs);
      hit = begun && !ended.signal.aborted;
      send(signal);
      if (signal === 'SIGKILL') return;
      await sleep(TERM_AFTER_MS);
      send('SIGTERM');
      await sleep(KILL_AFTER_MS);
      send('SIGKILL');
    };
    const onStart = (send: (signal: NodeJS.Signals) => void): void => void cancel(send);
    const inputs = holdPhase(phase, { registry: world.registry, once: `${phase}-${signal}-${afterMs}-${Date.now()}` });
    const played = await stage.play(inputs, { onStart, onEnd: () => ended.abort() });
    const processes = listProcesses(played.project ?? stage.directory);
    const images = docker(world.env, 'images', '--quiet', '--filter', `reference=${played.project ?? 'none'}-*`);
    return { ...played, hit, processes, images, kept: stage.listArtifacts() };
  } finally {
    ended.abort();
    stage.close();
  }
}

/** What the killed step has asked Docker to remove may still be under way. It creates nothing. */
const REMOVAL = /^docker (container|image|network|volume) rm /;

/** The command lines that contain a text, without removals. */
function listProcesses(text: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
      } catch {
        return [];
      }
    })
    .filter((line) => line.includes(text) && !REMOVAL.test(line));
}

interface World {
  readonly env: DockerEnvironment;
  readonly registry: string;
}

describeWithDocker('run-compose leaves nothing', () => {
  let played: ReadonlyMap<Task, Promise<Killed>>;
  let before: readonly string[];
  let env: DockerEnvironment;
  let registry: { readonly address: string; close(): void };
  const bystander = `ci-bystander-${process.pid}`;

  beforeAll(async () => {
    const { PATH = '', DOCKER_HOST = '', DOCKER_CONFIG = '' } = process.env;
    env = { PATH, DOCKER_HOST, DOCKER_CONFIG };
    registry = await startSilentRegistry();
    docker(env, 'network', 'create', '--label', `com.docker.compose.project=${bystander}`, bystander);
    docker(env, 'volume', 'create', '--label', `com.docker.compose.project=${bystander}`, bystander);
    const label = ['--label', `com.docker.compose.project=${bystander}`, '--name', bystander];
    docker(env, 'run', '--detach', ...label, '--init', 'ci-actions/stand-in:1', 'sleep', 'infinity');
    before = identify(env, bystander);
    played = runLanes(
      tasks.map((task) => [task]),
      AT_A_TIME,
      (task) => kill(task, { env, registry: registry.address }),
    );
  }, LONG_MS);
  afterAll(async () => {
    await Promise.allSettled(played.values());
    registry.close();
    docker(env, 'rm', '--force', bystander);
    docker(env, 'volume', 'rm', bystander);
    docker(env, 'network', 'rm', bystander);
  }, LONG_MS);

  test.each(tasks.map((task) => [`${task.signal} ${task.afterMs} ms after the begin of ${task.phase}`, task] as const))(
    'of a step that gets %s',
    async (_, task) => {
      const { hit, main, post, remains, processes, images, project: name } = await played.get(task)!;
      const log = [...main.lines, '-- post', ...post.lines].slice(-60);
      const nothing = { containers: [], volumes: [], networks: [] };
      expect({ log, left: remains.post, processes, images }).toEqual({ log, left: nothing, processes: [], images: '' });
      expect({ log, code: post.code }).toEqual({ log, code: 0 });
      // On a machine that is too busy to remove all within GitHub's ten seconds, the post step does it.
      if (task.signal === 'SIGINT' && hit && main.code !== null)
        expect({ log, code: codeOf(main) }).toEqual({ log, code: 'cancelled' });
      expect(name).toBeDefined();
    },
    LONG_MS,
  );

  test(
    'and keeps the logs of what had run',
    async () => {
      const during = await played.get(tasks.find(({ phase, signal }) => phase === 'session' && signal === 'SIGKILL')!)!;
      expect(during.kept.filter((path) => path.endsWith('services/db-1.log'))).toHaveLength(1);
    },
    LONG_MS,
  );

  test(
    'and does not touch another project',
    async () => {
      await Promise.all(played.values());
      expect(identify(env, bystander)).toEqual(before);
    },
    LONG_MS,
  );
});
