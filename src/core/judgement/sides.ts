import type { Figure } from '../figures/figure.js';
import { factorBetween } from '../figures/units.js';
import { listRuns } from '../judge/compare.js';
import type { ReadFile } from './combine.js';
import type { JudgedMetric } from './judgement.js';
import type { Measured } from './measured.js';

/** The values of a metric on both sides, one per run. */
export function groupSides({
  base,
  head,
  labels,
}: Required<Measured>): (name: string) => NonNullable<JudgedMetric['sides']> {
  const units = new Map(head.flatMap(figuresOf).map(({ name, unit }) => [name, unit]));
  const groups = [base, head].map((files) => {
    const values = new Map<string, number[]>();
    for (const figure of files.flatMap(figuresOf)) {
      const own = values.get(figure.name) ?? [];
      const factor = factorBetween(figure.unit, units.get(figure.name)) ?? 1;
      for (const value of listRuns(figure)) own.push(value * factor);
      values.set(figure.name, own);
    }
    return values;
  });
  return (name) =>
    groups.flatMap((values, side) => {
      const samples = values.get(name);
      return samples ? [{ label: labels[side]!, samples }] : [];
    });
}

export function figuresOf({ reading }: ReadFile): readonly Figure[] {
  return reading.figures;
}
