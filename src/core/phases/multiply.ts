import type { MatrixValue, Phase } from './phase.js';

export interface Combination {
  /** `GPU=1, MODEL=a`; empty for a phase without a matrix. */
  readonly title: string;
  readonly variables: Readonly<Record<string, string>>;
}

/** How often a phase runs. */
export function countRuns({ matrix }: Pick<Phase, 'matrix'>): number {
  return Object.values(matrix).reduce((product, { length }) => product * length, 1);
}

/** All combinations of a matrix's values. The last list changes fastest. Without lists, there is one. */
export function multiply(matrix: Phase['matrix']): readonly Combination[] {
  let rows: readonly (readonly [string, MatrixValue])[][] = [[]];
  for (const [name, values] of Object.entries(matrix))
    rows = rows.flatMap((row) => values.map((value) => [...row, [name, value] as const]));
  return rows.map((row) => ({
    title: row.map(([name, value]) => `${name}=${value}`).join(', '),
    variables: Object.fromEntries(row.map(([name, value]) => [name, String(value)])),
  }));
}
