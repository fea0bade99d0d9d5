import { existsSync, readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Sources whose lines decide what is terminated, what is kept and what a verdict is, and the tests that must notice. */
export interface Target {
  readonly name: string;
  readonly sources: readonly string[];
  /** Paths for jest, the quick ones first, because the first failure ends a run. */
  readonly tests: readonly string[];
}

/** The rooms of which every source is in a target, except for these: what they print is held by other tests. */
export const ROOMS = ['reap', 'start', 'stop', 'pool', 'instances', 'compose', 'phases'].map(
  (name) => `src/core/${name}`,
);
export const IS_LEFT_OUT = /\/report\.ts$|\/start\/ports\.ts$/;

const root = fileURLToPath(new URL('../../', import.meta.url));
const COMPOSE = 'src/core/compose';
/** What the inputs of run-compose mean, before anything is started. */
const COMPOSE_CHECKS = [
  'check',
  'find-files',
  'gpu',
  'host-folders',
  'layout',
  'model',
  'project-name',
  'read-ready',
  'read-request',
  'resolve-project',
  'session',
  'session-override',
];
const COMPOSE_BENCHMARKS = [
  'benchmark',
  'compose-file',
  'datasets',
  'judge-result',
  'output-tail',
  'override',
  'payload',
  'result',
  'result-file',
  'target-system',
  'unknown-service',
];
/** The answer to a command on a pull request, and the verdict in it. */
const ANSWERS = ['answer', 'conclusion', 'describe-conclusion', 'describe-plan', 'quoting'];
const COMPOSE_REPORTS = ['summary', 'timeline'];
const INTERLEAVINGS = 'test/unit/interleavings/interleavings.test.ts';

/** The files of these folders whose names end so, and the files that are named themselves. */
export function expand(paths: readonly string[], ending: string): string[] {
  return paths.flatMap((path) => {
    if (!statSync(root + path).isDirectory()) return [path];
    const names = readdirSync(root + path, { recursive: true, encoding: 'utf8' }).toSorted();
    return names.filter((name) => name.endsWith(ending)).map((name) => `${path}/${name}`);
  });
}

function ofCompose(names: readonly string[]): readonly string[] {
  return names.map((name) => `${COMPOSE}/${name}.ts`);
}

function composeTest(name: string): string {
  return `test/unit/core/compose/${name}.test.ts`;
}

function hasTest(name: string): boolean {
  return existsSync(root + composeTest(name));
}

/** The rest of run-compose: its loop. */
function composeLoop(): readonly string[] {
  const others = ofCompose([...COMPOSE_CHECKS, ...COMPOSE_BENCHMARKS, ...COMPOSE_REPORTS]);
  return expand([COMPOSE], '.ts').filter((path) => !others.includes(path));
}

function target(name: string, { sources, tests }: Pick<Target, 'sources' | 'tests'>): Target {
  return {
    name,
    sources: expand(sources, '.ts').filter((path) => !IS_LEFT_OUT.test(path)),
    tests: expand(tests, '.test.ts'),
  };
}

/** Of the process tests only the agent's are here. The others run `dist/`, which a changed source does not change. */
export const TARGETS: readonly Target[] = [
  target('reap', {
    sources: ['src/core/reap'],
    tests: ['test/unit/core/reap', INTERLEAVINGS],
  }),
  target('start', {
    sources: ['src/core/start', 'src/core/instances'],
    tests: ['test/unit/core/start', 'test/unit/core/instances', INTERLEAVINGS],
  }),
  target('stop', {
    sources: ['src/core/stop'],
    tests: ['test/unit/core/stop', 'test/unit/core/instances', 'test/unit/core/diagnosis', INTERLEAVINGS],
  }),
  target('pool', {
    sources: ['src/core/pool', 'src/core/kernel/origin.ts'],
    tests: ['test/unit/core/pool', 'test/unit/core/start', 'test/unit/core/reap'],
  }),
  target('compose loop', {
    sources: composeLoop(),
    tests: ['run', 'around', 'webhook', 'images', 'readiness', 'remove', 'check', 'results', 'last-lines'].map(
      composeTest,
    ),
  }),
  target('compose checks', {
    sources: ofCompose(COMPOSE_CHECKS),
    tests: [...COMPOSE_CHECKS.filter(hasTest), 'around'].map(composeTest),
  }),
  target('compose benchmarks', {
    sources: ofCompose(COMPOSE_BENCHMARKS),
    tests: COMPOSE_BENCHMARKS.filter(hasTest).map(composeTest),
  }),
  target('compose reports', {
    sources: ofCompose(COMPOSE_REPORTS),
    tests: [composeTest('summary')],
  }),
  target('phases', {
    sources: ['src/core/phases'],
    tests: ['schedule', 'read-phases', 'layout', 'entry-points', 'index-page', 'run'].map(
      (name) => `test/unit/core/phases/${name}.test.ts`,
    ),
  }),
  target('answers', {
    sources: ANSWERS.map((name) => `src/core/command/${name}.ts`),
    tests: ['conclusion', 'quoting', 'describe-conclusion', 'answer', 'answer-verdict', 'answer-texts'].map(
      (name) => `test/unit/core/command/${name}.test.ts`,
    ),
  }),
  target('plan queue', {
    sources: ['src/core/machine/plan-queue.ts', 'src/core/machine/refusals.ts'],
    tests: ['test/unit/core/machine', 'test/unit/core/start'],
  }),
  target('agent', {
    sources: ['ami/boot/agent.sh'],
    tests: [
      'agent',
      'payload',
      'warm-up',
      'last-resort',
      'environment',
      'roles',
      'run-runner',
      'several-ends',
      'payload-several',
      'interruption',
      'keep',
    ].map((name) => `test/process/boot-${name}.test.ts`),
  }),
  target('data volume', {
    sources: ['ami/boot/data-volume.sh'],
    tests: ['test/process/boot-volume.test.ts'],
  }),
];
