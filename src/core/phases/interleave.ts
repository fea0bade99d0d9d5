import type { SideRun } from '../interleave/order.js';
import { type Combination, multiply } from './multiply.js';
import type { PhasePlan, PlannedPhase } from './plan.js';

/** The variables that each phase of a measurement has. */
export const SIDE = 'CI_SIDE';
/** Of phases with `measure` alone. */
export const RUN = 'CI_RUN';

interface Interleaved {
  readonly plan: PhasePlan;
  /** How many phases are measured, which together are one run. */
  readonly measured: number;
  readonly problems: readonly string[];
}

/**
 * The plan of a measurement of two sides: what is before the measured phases, and what is after them, runs once for each
 * side. The measured phases run in the given order of sides, each after the end of the one before: nothing else may run
 * on the machine meanwhile.
 *
 * @param order of all runs of both sides
 * @returns the plan, which is not usable if there are problems
 */
export function interleavePlan(plan: PhasePlan, sides: readonly string[], order: readonly SideRun[]): Interleaved {
  const { phases } = plan;
  const isMeasured = ({ phase, leftOut }: PlannedPhase): boolean => phase.measure && leftOut === undefined;
  const first = phases.findIndex(isMeasured);
  const last = phases.findLastIndex(isMeasured);
  if (first === -1) return { plan, measured: 0, problems: [describeNone(phases)] };
  const block = phases.slice(first, last + 1);
  const measured = block.filter(isMeasured);
  const problems = [
    ...measured.flatMap(findUnfit),
    ...block.filter((one) => !isMeasured(one) && one.leftOut === undefined).map(describeBetween),
    ...findCrossed(plan, first, last),
  ];
  const before = phases.slice(0, first);
  const after = [...block.filter((one) => !isMeasured(one)), ...phases.slice(last + 1)];
  const places = new Map([...before, ...measured, ...after].map((one, at) => [one, at]));
  const grown = measured.length * (order.length - 1);
  const end = first + measured.length * order.length - 1;
  /** The index in the new plan. A phase after a measured one waits for the last run. */
  const place = (index: number): number => {
    const at = places.get(phases[index]!)!;
    if (at < first) return at;
    return at < first + measured.length ? end : at + grown;
  };
  const ofEachSide = (one: PlannedPhase, needs: readonly number[]): PlannedPhase => ({
    ...one,
    needs: [...new Set(needs)],
    runs: multiply({ [SIDE]: sides, ...one.phase.matrix }),
  });
  const runs = order.flatMap((at) => measured.map((one) => ({ one, at })));
  return {
    plan: {
      ...plan,
      phases: [
        ...before.map((one) => ofEachSide(one, one.needs.map(place))),
        ...runs.map(({ one, at }, index): PlannedPhase => {
          const needs = index === 0 ? before.map((_, earlier) => earlier) : [first + index - 1];
          return { ...one, needs, runs: [combine(at)], isChain: true };
        }),
        ...after.map((one) => ofEachSide(one, [...one.needs.map(place), end])),
      ],
    },
    measured: measured.length,
    problems,
  };
}

function combine({ side, run }: SideRun): Combination {
  const variables = { [SIDE]: side, [RUN]: String(run) };
  const title = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  return { title: title.join(', '), variables };
}

function describeNone(phases: readonly PlannedPhase[]): string {
  const names = phases.filter(({ phase }) => phase.measure).map(({ phase }) => `\`${phase.name}\``);
  return names.length === 0
    ? '`interleave` is given, and no phase has `measure: true`; allowed: one or more, which are run in turn for both sides.'
    : `\`interleave\` is given, and \`only\` or \`skip\` leave out what is measured: ${names.join(', ')}; allowed: at least one phase with \`measure\` that runs.`;
}

function findUnfit({ phase }: PlannedPhase): string[] {
  const unfit = phase.always
    ? ['always']
    : Object.keys(phase.matrix).length > 0
      ? ['matrix']
      : Object.keys(phase.slots).length > 0
        ? ['slots']
        : [];
  return unfit.map(
    (field) =>
      `\`phases\`: phase \`${phase.name}\` has \`measure\` and \`${field}\`; allowed with \`interleave\`: one of them, because a run is measured alone, and in its turn.`,
  );
}

function describeBetween({ phase }: PlannedPhase): string {
  return `\`phases\`: phase \`${phase.name}\` has no \`measure\`, and stands between phases that have it; allowed with \`interleave\`: measured phases one after the other.`;
}

/** Needs that lead past the measured phases, so that something would run beside them. */
function findCrossed({ phases }: PhasePlan, first: number, last: number): string[] {
  return phases.flatMap(({ phase, needs }, at) => {
    const bad = needs.find((need) => (at < first && need >= first) || (at <= last && need > last));
    if (bad === undefined) return [];
    const allowed = 'allowed with `interleave`: what a measured phase needs before all of them, everything else after';
    return [`\`phases\`: phase \`${phase.name}\` needs \`${phases[bad]!.phase.name}\`, further down; ${allowed}.`];
  });
}
