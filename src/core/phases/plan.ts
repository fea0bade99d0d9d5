import { nearest } from '../kernel/nearest.js';
import { plural } from '../kernel/plural.js';
import { findCircle } from './find-circle.js';
import { type Combination, countRuns, multiply } from './multiply.js';
import { MOST_TASKS, type Phase, type Slots } from './phase.js';

/** A phase in its place. Other phases are given by their index in the plan. */
export interface PlannedPhase {
  readonly phase: Phase;
  /** These must have passed, or been left out. A phase that always runs waits for their end only. */
  readonly needs: readonly number[];
  readonly runs: readonly Combination[];
  /** Whether its runs follow one another. Those of a phase that takes slots run side by side as far as there are slots. */
  readonly isChain: boolean;
  /** Why it does not run, as the end of a sentence, if `only` or `skip` leave it out. */
  readonly leftOut?: string;
}

export interface PhasePlan {
  readonly phases: readonly PlannedPhase[];
  /** The number of slots of each kind. */
  readonly slots: Slots;
  /** How many runs may be under way at a time. */
  readonly parallel: number;
}

/** Why a run did not begin, as the end of a sentence. */
export const ENDED_BEFORE = 'the step ended before';
/** The same of a phase that always runs, in the main step. */
export const LEFT_TO_POST = 'the post step runs it';

/**
 * The plan of the post step: only the phases that always run. Those that ended in the main step do not run again.
 */
export function planCleanup({ phases, ...rest }: PhasePlan): PhasePlan {
  return {
    ...rest,
    phases: phases.map((one) =>
      one.phase.always || one.leftOut !== undefined ? one : { ...one, leftOut: ENDED_BEFORE },
    ),
  };
}

export interface PlanSettings {
  readonly slots: Slots;
  readonly parallel: number;
  /** Phases that run; all if there are none. */
  readonly only: readonly string[];
  readonly skip: readonly string[];
}

/**
 * Puts phases in their places.
 *
 * A phase without `needs` needs the phase before it, and the last one before it that does not always run: a cleanup that
 * passed does not make good for a test that failed. One that always runs waits for all phases before it.
 *
 * @param phases of which each can be read
 * @returns the plan, and all problems of phases that do not fit together
 */
export function planPhases(
  phases: readonly Phase[],
  settings: PlanSettings,
): { readonly plan: PhasePlan; readonly problems: readonly string[] } {
  const names = new Map(phases.map(({ name }, at) => [name, at]));
  const problems = [
    ...findBadNames(phases, settings, names),
    ...findBadSlots(phases, settings.slots),
    ...findTooMany(phases),
  ];
  const needs = listNeeds(phases, names);
  if (problems.length === 0) {
    const circle = findCircle(needs);
    if (circle) problems.push(describeCircle(circle, phases));
  }
  const isSmall = findTooMany(phases).length === 0;
  const planned = phases.map((phase, at): PlannedPhase => {
    const leftOut = findLeftOut(phase, settings);
    return {
      phase,
      needs: needs[at]!,
      runs: isSmall ? multiply(phase.matrix) : [],
      isChain: Object.keys(phase.slots).length === 0,
      ...(leftOut !== undefined && { leftOut }),
    };
  });
  return { plan: { phases: planned, slots: settings.slots, parallel: settings.parallel }, problems };
}

/** Whether no two runs can be side by side, so that each can have a group in the log. */
export function isSequential({ phases, parallel }: PhasePlan): boolean {
  if (parallel === 1) return true;
  return phases.every(
    ({ needs, isChain, runs }, at) => (at === 0 || needs.includes(at - 1)) && (isChain || runs.length === 1),
  );
}

function listNeeds(phases: readonly Phase[], names: ReadonlyMap<string, number>): readonly (readonly number[])[] {
  let last: number | undefined;
  let lastOrdinary: number | undefined;
  /** Since the last phase that waits for everything before it, that one included. */
  let since: number[] = [];
  return phases.map(({ always, needs }, at) => {
    const before = always ? since : [...new Set([last, lastOrdinary].filter((one) => one !== undefined))];
    const own = needs ? needs.flatMap((name) => names.get(name) ?? []) : before;
    last = at;
    if (!always) lastOrdinary = at;
    if (always && needs === undefined) since = [at];
    else since.push(at);
    return [...own];
  });
}

function findBadNames(
  phases: readonly Phase[],
  { only, skip }: PlanSettings,
  names: ReadonlyMap<string, number>,
): string[] {
  const known = [...names.keys()];
  const suggest = (name: string): string => {
    const near = nearest(name, known);
    return near === undefined ? '' : `; did you mean \`${near}\`?`;
  };
  const end = (text: string): string => (text.endsWith('?') ? text : `${text}.`);
  const given = { only, skip };
  return [
    ...phases.flatMap(({ name, needs = [] }) =>
      needs.flatMap((one) => {
        if (one === name) return [`\`phases\`: phase \`${name}\` needs itself.`];
        return names.has(one)
          ? []
          : [end(`\`phases\`: phase \`${name}\`, \`needs\` names \`${one}\`, which is no phase${suggest(one)}`)];
      }),
    ),
    ...(['only', 'skip'] as const).flatMap((input) =>
      given[input]
        .filter((name) => !names.has(name))
        .map((name) => end(`\`${input}\` names \`${name}\`, which is no phase${suggest(name)}`)),
    ),
    ...only
      .filter((name) => skip.includes(name))
      .map((name) => `\`only\` and \`skip\` both name \`${name}\`; allowed: one of them.`),
  ];
}

function findBadSlots(phases: readonly Phase[], slots: Slots): string[] {
  const kinds = Object.keys(slots);
  return phases.flatMap((phase) =>
    Object.entries(phase.slots).flatMap(([kind, count]) => {
      const where = `\`phases\`: phase \`${phase.name}\`, \`slots\` takes`;
      if (!Object.hasOwn(slots, kind)) {
        const near = nearest(kind, kinds);
        const hint =
          near === undefined ? ` (there are: ${kinds.join(', ') || 'none'}).` : `; did you mean \`${near}\`?`;
        return [`${where} \`${kind}\`, which the input \`slots\` does not have${hint}`];
      }
      return count > slots[kind]! ? [`${where} ${count} of \`${kind}\`; allowed: up to ${slots[kind]}.`] : [];
    }),
  );
}

function findTooMany(phases: readonly Phase[]): string[] {
  const count = phases.reduce((sum, phase) => sum + countRuns(phase), 0);
  return count > MOST_TASKS
    ? [`\`phases\`: with all matrices multiplied there are ${plural(count, 'run')}; allowed: up to ${MOST_TASKS}.`]
    : [];
}

function describeCircle(circle: readonly number[], phases: readonly Phase[]): string {
  const names = circle.map((at) => `\`${phases[at]!.name}\``);
  const implied = circle.find((at) => phases[at]!.needs === undefined);
  const hint =
    implied === undefined
      ? ''
      : ` \`${phases[implied]!.name}\` has no \`needs\`, so it waits for what is before it; \`needs: []\` lets it begin at once.`;
  return `\`phases\`: these wait for each other: ${[...names, names[0]].join(' needs ')}.${hint}`;
}

function findLeftOut({ name, optional }: Phase, { only, skip }: PlanSettings): string | undefined {
  if (skip.includes(name)) return '`skip` names it';
  if (optional && !only.includes(name)) return 'it is optional, and `only` does not name it';
  return only.length > 0 && !only.includes(name) ? '`only` does not name it' : undefined;
}
