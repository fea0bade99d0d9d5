import { BadValue } from '../inputs/inputs.js';
import type { Slots } from './phase.js';
import { type PhasePlan, planPhases } from './plan.js';
import { readCounts } from './read-fields.js';
import { readPhases } from './read-phases.js';

/** The inputs of run-phases that say what runs. */
export interface GivenWork {
  /** As YAML gives it. */
  readonly phases: unknown;
  readonly slots: unknown;
  readonly parallel: number;
  readonly only: readonly string[];
  readonly skip: readonly string[];
}

/** @returns the plan, which is not usable if there are problems, and all problems */
export function readWork({ phases: given, slots: kinds, ...rest }: GivenWork): {
  readonly plan: PhasePlan;
  readonly problems: readonly string[];
} {
  const { phases, problems } = readPhases(given);
  const { slots, problems: bad } = readSlots(kinds);
  const { plan, problems: joint } = planPhases(phases, { ...rest, slots });
  // A phase or a kind that could not be read has no part in what does not fit together.
  const together = problems.length === 0 && bad.length === 0 ? joint : [];
  return { plan, problems: [...problems, ...bad, ...together] };
}

function readSlots(given: unknown): { readonly slots: Slots; readonly problems: readonly string[] } {
  if (given === undefined || given === null) return { slots: {}, problems: [] };
  try {
    return { slots: readCounts(given), problems: [] };
  } catch (error) {
    if (!(error instanceof BadValue)) throw error;
    const shown = error.part ?? JSON.stringify(given);
    return { slots: {}, problems: [`\`slots\` is "${shown}"; allowed: ${error.allowed}.`] };
  }
}
