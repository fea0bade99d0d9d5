import { DEEPEST, MOST_VALUES } from './walk-presets.js';

/** What a preset sets by itself, and which presets it extends; those that do not exist are left out. */
export interface GraphNode {
  readonly own: number;
  readonly extended: readonly string[];
}

export interface GraphReport {
  /** Presets that extend each other, each circle once: `[a, b, a]`. */
  readonly circles: readonly (readonly string[])[];
  /** Presets that are the first to have more than {@link DEEPEST} in a row, themselves included. */
  readonly tooDeep: readonly string[];
  /** Presets that set more than {@link MOST_VALUES} values, though none of those that they extend does. */
  readonly tooMany: readonly string[];
  /** The number of values that each preset sets that can be applied. */
  readonly costs: ReadonlyMap<string, number>;
}

/**
 * Finds what makes presets impossible to apply, without applying any: in time that grows with the number of presets and of
 * names in `extends`.
 */
export function studyExtends(nodes: ReadonlyMap<string, GraphNode>): GraphReport {
  const depths = new Map<string, number>();
  const costs = new Map<string, number>();
  for (const name of sortFromBelow(nodes)) {
    const { own, extended } = nodes.get(name)!;
    depths.set(name, 1 + extended.reduce((deepest, one) => Math.max(deepest, depths.get(one)!), 0));
    const cost = extended.reduce((sum, one) => sum + 1 + costs.get(one)!, own);
    costs.set(name, Math.min(cost, MOST_VALUES + 1));
  }
  const isTooDeep = (name: string) => depths.get(name)! > DEEPEST;
  const isTooMany = (name: string) => costs.get(name)! > MOST_VALUES;
  const listFirst = (isTooMuch: (name: string) => boolean) =>
    [...depths.keys()].filter((name) => isTooMuch(name) && !nodes.get(name)!.extended.some(isTooMuch));
  const [tooDeep, tooMany] = [listFirst(isTooDeep), listFirst(isTooMany)];
  for (const name of [...costs.keys()].filter((one) => isTooDeep(one) || isTooMany(one))) costs.delete(name);
  return { circles: findCircles(nodes, depths), tooDeep, tooMany, costs };
}

/** The presets that lead to no circle, each after those that it extends. */
function sortFromBelow(nodes: ReadonlyMap<string, GraphNode>): string[] {
  const waiting = new Map([...nodes].map(([name, { extended }]) => [name, extended.length]));
  const children = new Map<string, string[]>();
  for (const [name, { extended }] of nodes)
    for (const one of extended) {
      const known = children.get(one);
      if (known) known.push(name);
      else children.set(one, [name]);
    }
  const sorted = [...nodes.keys()].filter((name) => waiting.get(name) === 0);
  for (const name of sorted)
    for (const child of children.get(name) ?? []) {
      const left = waiting.get(child)! - 1;
      waiting.set(child, left);
      if (left === 0) sorted.push(child);
    }
  return sorted;
}

/** Follows each preset that leads to a circle until a preset comes back. */
function findCircles(nodes: ReadonlyMap<string, GraphNode>, sorted: ReadonlyMap<string, number>): string[][] {
  const circles: string[][] = [];
  const seen = new Set<string>();
  for (const start of nodes.keys()) {
    const path: string[] = [];
    const places = new Map<string, number>();
    let name: string | undefined = sorted.has(start) ? undefined : start;
    while (name !== undefined && !seen.has(name)) {
      seen.add(name);
      places.set(name, path.length);
      path.push(name);
      name = nodes.get(name)!.extended.find((one) => !sorted.has(one));
    }
    const from = name === undefined ? undefined : places.get(name);
    if (from !== undefined) circles.push([...path.slice(from), name!]);
  }
  return circles;
}
