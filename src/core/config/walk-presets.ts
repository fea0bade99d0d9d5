/** How many values the presets of one request may set: the presets of a few lines can extend each other exponentially. */
export const MOST_VALUES = 100_000;
/** How many presets may extend each other in a row. */
export const DEEPEST = 100;

/** An entry of a preset: another preset, which counts at this position, or anything else. */
export type Entry<T> = { readonly extends: string } | { readonly value: T };

export interface FoundPreset<T> {
  /** Tells presets of the same name apart. Default: the name. */
  readonly id?: string;
  readonly entries: Iterable<Entry<T>>;
}

export type Obstacle = 'missing' | 'circle' | 'too-deep' | 'too-many';

export interface PresetWalk<T> {
  /** @param by the preset that extends this one */
  find(name: string, by: string | undefined): FoundPreset<T> | undefined;
  apply(value: T, preset: string): void;
  /** @param path the names from the first preset to the one in question */
  refuse(obstacle: Obstacle, path: readonly string[]): void;
}

/**
 * Applies a preset with all that it extends: entry by entry, and each extended preset at the position where it is named,
 * so that later entries win.
 *
 * @param spent how many values other presets of the same request have set
 * @returns the number of values set, with `spent`
 */
export function walkPreset<T>(name: string, walk: PresetWalk<T>, spent = 0): number {
  const ids: string[] = [];
  const names: string[] = [];
  let count = spent;

  function visit(wanted: string): void {
    const found = walk.find(wanted, names.at(-1));
    const refuse = (obstacle: Obstacle, from = 0) => walk.refuse(obstacle, [...names.slice(from), wanted]);
    if (!found) return refuse('missing');
    const id = found.id ?? wanted;
    const earlier = ids.indexOf(id);
    if (earlier >= 0) return refuse('circle', earlier);
    if (ids.length >= DEEPEST) return refuse('too-deep');
    ids.push(id);
    names.push(wanted);
    for (const entry of found.entries) {
      if (count > MOST_VALUES) break;
      if (++count > MOST_VALUES) walk.refuse('too-many', [name]);
      else if ('extends' in entry) visit(entry.extends);
      else walk.apply(entry.value, wanted);
    }
    ids.pop();
    names.pop();
  }

  visit(name);
  return count;
}

/** Why presets cannot extend each other as they do. @param path see {@link PresetWalk.refuse} */
export function describeExtends(
  obstacle: Exclude<Obstacle, 'missing'>,
  path: readonly string[],
  file: string | undefined,
): string {
  const presets = file === undefined ? 'The presets' : `The presets of ${file}`;
  if (obstacle === 'circle') return `${presets} extend each other in a circle: ${path.join(' → ')}.`;
  if (obstacle === 'too-deep') {
    return `${presets} extend each other more than ${DEEPEST} deep, beginning at \`${path[0]}\`; allowed: up to ${DEEPEST}.`;
  }
  return `\`${path[0]}\` sets more than ${MOST_VALUES} values, because its presets extend the same presets again and again; allowed: up to ${MOST_VALUES}.`;
}
