/** run-compose on a real daemon: projects of the shapes that public repositories have, each in several situations. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runLanes } from '../worlds/lanes.js';
import { takePart } from '../worlds/part.js';
import { concert } from './compose/concert.js';
import { findShared, readCases, type ComposeCase, type Variant } from './compose/cases.js';
import { findFaults } from './compose/judge.js';
import {
  judgePlain,
  listPlainAnswers,
  renderAnswers,
  runPlain,
  type Answer,
  type PlainCommand,
} from './compose/plain.js';
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
const lanes = takePart([...new Set(tasks.map(laneOf))]).map((lane) => tasks.filter((task) => laneOf(task) === lane));
const variants = lanes.flat().filter(({ plain }) => plain === undefined);
const plains = lanes.flat().filter(({ plain }) => plain !== undefined);

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
/** What is wrong, the time included. */
const judge = ({ project, variant }: Task, result: Played): readonly string[] => {
  const { seconds_at_most: most } = variant.expected;
  const slow = result.main.seconds > most ? [`${result.main.seconds.toFixed(1)} s, not ${most} s at most`] : [];
  return [...findFaults(project, variant, result), ...slow];
};

/** The projects have times of their own, which a busy machine exceeds. What is wrong is played again, alone. */
const finals = new Map<Task, readonly string[]>();
const again: string[] = [];
async function findFinalFaults(task: Task): Promise<readonly string[]> {
  const first = (await played.get(task)) as Played;
  const before = judge(task, first);
  if (before.length === 0) return [];
  await Promise.allSettled(played.values());
  again.push(`${task.project.id}: ${task.variant.name} (${before.join('; ')})`);
  const second = await scene.play(task.project, task.variant);
  const faults = judge(task, second);
  return faults.length === 0 ? [] : [...faults, ...second.main.lines.slice(-60)];
}

describe('The verdict is right of', () => {
  test.each(named(variants))(
    '%s',
    async (_, task) => {
      const faults = await findFinalFaults(task);
      finals.set(task, faults);
      expect(faults).toEqual([]);
    },
    LONG_MS,
  );
});

/** Whether a late server comes too late for plain Compose depends on the load. A different answer is asked for again, alone. */
async function findPlainAnswer({ project, variant, plain }: Task, code: number, said: Answer): Promise<Answer> {
  const first = judgePlain(variant.expected, code);
  if (first === said) return first;
  await Promise.allSettled(played.values());
  return judgePlain(variant.expected, await runPlain(project, { variant, command: plain!, env: scene.env }));
}

describe('Plain Compose', () => {
  // Jest wants a test of each table, and a part of the cases may have no plain one.
  if (plains.length > 0)
    test.each(named(plains))(
      'answers %s as cases.json says',
      async (_, task) => {
        const code = await (played.get(task) as Promise<number>);
        const { plain_compose: codes } = task.project;
        const said = judgePlain(task.variant.expected, codes?.[task.variant.name]?.[task.plain!] as number);
        expect(await findPlainAnswer(task, code, said)).toBe(said);
      },
      LONG_MS,
    );

  test('is compared with run-compose', () => {
    const right = [...finals.values()].filter((faults) => faults.length === 0).length;
    const plain =
      shared.length === 0
        ? 'What plain Compose says is left out: ../shared/cases does not exist.'
        : renderAnswers(listPlainAnswers(shared));
    const twice = again.length === 0 ? '' : ` Played again alone: ${again.join(', ')}.`;
    console.log(`run-compose: ${right} of ${variants.length} variants right.${twice}\n\n${plain}`);
    expect(right).toBe(variants.length);
  });
});
