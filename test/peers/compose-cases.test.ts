/** run-compose on a real daemon: projects of the shapes that public repositories have, each in several situations. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runLanes } from '../worlds/lanes.js';
import { concert } from './compose/concert.js';
import { findShared, readCases, type ComposeCase, type Variant } from './compose/cases.js';
import { findFaults } from './compose/judge.js';
import { judgePlain, listPlainAnswers, renderAnswers, runPlain, type PlainCommand } from './compose/plain.js';
import { ComposeScene } from './compose/scene.js';
import type { Played } from './compose/stage.js';

const LONG_MS = 900_000;
/** Most of the time of a variant is waiting. */
const AT_A_TIME = 5;
/** Parts of the names of cases: only these are run. */
const only = process.env['COMPOSE_CASES'] ?? '';

const shared = readCases(findShared('compose/cases.json'));
const own = readCases(fileURLToPath(new URL('../fixtures/compose/cases.json', import.meta.url)));
const cases = [...shared, ...concert(), ...own].filter(({ id }) => id.includes(only));
/** Variants that plain Compose is really run with, so that what cases.json says of it is seen to be true. */
const PLAIN: readonly (readonly [id: string, variant: string, PlainCommand])[] = [
  ['two-files-mixed-conditions', 'late', 'exit-code-from'],
  ['db-tmpfs-migrate-and-test', 'test-fails', 'exit-code-from'],
  ['marker-file-verdict', 'test-fails', 'abort'],
  ['sut-and-baked-health', 'ok', 'abort'],
];

interface Task {
  readonly project: ComposeCase;
  readonly variant: Variant;
  readonly plain?: PlainCommand;
}
const tasks = cases.flatMap((project): Task[] => [
  ...project.variants.map((variant) => ({ project, variant })),
  ...PLAIN.filter(([id]) => id === project.id).map(([, name, plain]) => ({
    project,
    variant: project.variants.find((variant) => variant.name === name)!,
    plain,
  })),
]);
// The variants of a project share names of containers, ports and volumes, so they are sequential.
const laneOf = ({ project }: Task): string => project.lane ?? project.id;
const lanes = [...new Set(tasks.map(laneOf))].map((lane) => tasks.filter((task) => laneOf(task) === lane));
const variants = tasks.filter(({ plain }) => plain === undefined);

let scene: ComposeScene;
let played: ReadonlyMap<Task, Promise<Played | number>>;

beforeAll(async () => {
  scene = await ComposeScene.open();
  played = runLanes(lanes, AT_A_TIME, async ({ project, variant, plain }): Promise<Played | number> =>
    plain === undefined ? scene.play(project, variant) : runPlain(project, { variant, command: plain, env: scene.env }),
  );
}, LONG_MS);
afterAll(async () => {
  await Promise.allSettled(played.values());
  scene.close();
});

const named = (some: readonly Task[]) =>
  some.map((task) => [`${task.project.id}: ${task.variant.name}`, task] as const);
const playedOf = (task: Task) => played.get(task) as Promise<Played>;

describe('The verdict is right of', () => {
  test.each(named(variants))(
    '%s',
    async (_, task) => {
      const result = await playedOf(task);
      const faults = findFaults(task.project, task.variant, result);
      expect({ faults, log: faults.length === 0 ? [] : result.main.lines.slice(-60) }).toEqual({ faults: [], log: [] });
    },
    LONG_MS,
  );
});

test(
  'no variant takes longer than its time, when it is alone',
  async () => {
    const slow: string[] = [];
    for (const task of variants) {
      const { seconds_at_most: most } = task.variant.expected;
      if ((await playedOf(task)).main.seconds <= most) continue;
      const { seconds } = (await scene.play(task.project, task.variant)).main;
      if (seconds > most) slow.push(`${task.project.id}: ${task.variant.name}: ${seconds.toFixed(1)} s, not ${most} s`);
    }
    expect(slow).toEqual([]);
  },
  LONG_MS,
);

describe('Plain Compose', () => {
  test.each(named(tasks.filter(({ plain }) => plain !== undefined)))(
    'answers %s as cases.json says',
    async (_, task) => {
      const code = await (played.get(task) as Promise<number>);
      const said = task.project.plain_compose?.[task.variant.name]?.[task.plain!];
      expect(judgePlain(task.variant.expected, code)).toBe(judgePlain(task.variant.expected, said!));
    },
    LONG_MS,
  );

  test('is compared with run-compose', async () => {
    const answers = [];
    for (const task of variants)
      answers.push(findFaults(task.project, task.variant, await playedOf(task)).length === 0 ? 'right' : 'wrong');
    const right = answers.filter((one) => one === 'right').length;
    const plain =
      shared.length === 0
        ? 'What plain Compose says is left out: ../shared/cases does not exist.'
        : renderAnswers(listPlainAnswers(shared));
    console.log(`run-compose: ${right} of ${variants.length} variants right.\n\n${plain}`);
    expect(right).toBe(variants.length);
  });
});
