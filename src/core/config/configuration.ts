import { formatKey, type Segment } from './key-path.js';
import { copy, isMap, valueAt, type Value, type ValueMap } from './value.js';
import type { YamlDocument } from './yaml-document.js';

/** Where a value comes from. */
export type Origin =
  | { readonly kind: 'file'; readonly line: number }
  /** @param line of the key in the preset; absent for a key that another preset changed */
  | { readonly kind: 'preset'; readonly preset: string; readonly line: number }
  /** `source` names the place for users: `the comment, line 3`. */
  | { readonly kind: 'override'; readonly source: string };

/** A key whose value is not the file's, with the value that counts. */
export interface Change {
  readonly key: string;
  readonly value: Value;
  /** The file's value; `undefined` for a key that the file does not have. */
  readonly before: Value | undefined;
  readonly origin: Origin;
}

interface Write {
  readonly path: readonly Segment[];
  readonly before: Value | undefined;
  readonly origin: Origin;
  /** Later writes have higher numbers. */
  readonly order: number;
}

/** How a write can be taken back. */
export type Undo = () => void;

/** A configuration while presets and overrides are applied to it. It keeps where each value comes from. */
export class Configuration {
  /** The last write of each key. */
  private readonly writes = new Map<string, Write>();
  private order = 0;

  constructor(
    readonly root: ValueMap,
    private readonly document: Pick<YamlDocument, 'lineOf'>,
  ) {}

  get(path: readonly Segment[]): Value | undefined {
    return valueAt(this.root, path);
  }

  /**
   * Replaces the value of an existing key: a map or list as a whole.
   *
   * @param value is copied
   * @returns `undefined`, and changes nothing, if there is no such key
   */
  set(path: readonly Segment[], value: Value, origin: Origin): Undo | undefined {
    const before = this.get(path);
    return before === undefined ? undefined : this.write(path, { value, before, origin });
  }

  /**
   * Sets a key that does not exist, with the maps above it.
   *
   * @returns `undefined`, and changes nothing, if a list or another value is in the way
   */
  create(path: readonly Segment[], value: Value, origin: Origin): Undo | undefined {
    let depth = 0;
    while (isMap(this.get(path.slice(0, depth + 1)))) depth++;
    const first = path.slice(0, depth + 1);
    const rest = path.slice(depth + 1);
    const before = this.get(first);
    const isBlocked = rest.length > 0 && before !== undefined && before !== null;
    if (isBlocked || path.slice(depth).some((step) => typeof step === 'number')) return undefined;
    const whole = rest.reduceRight<Value>((inner, step) => ({ [step]: inner }), value);
    return this.write(first, { value: whole, before, origin });
  }

  private write(
    path: readonly Segment[],
    { value, before, origin }: { value: Value; before: Value | undefined; origin: Origin },
  ): Undo {
    const container = valueAt(this.root, path.slice(0, -1)) as Record<Segment, Value>;
    const step = path.at(-1)!;
    const key = formatKey(path);
    const earlier = this.writes.get(key);
    container[step] = copy(value);
    this.writes.set(key, { path, before: earlier ? earlier.before : before, origin, order: ++this.order });
    return () => {
      if (before === undefined) delete container[step];
      else container[step] = before;
      if (earlier) this.writes.set(key, earlier);
      else this.writes.delete(key);
    };
  }

  /** Where the value of a key comes from: the last write to the key or to one above it, or else the file. */
  originOf(path: readonly Segment[]): Origin {
    const candidates = path.flatMap((_, at) => this.writes.get(formatKey(path.slice(0, at + 1))) ?? []);
    const last = candidates.toSorted((a, b) => b.order - a.order)[0];
    return last?.origin ?? { kind: 'file', line: this.document.lineOf(path) };
  }

  /** The keys that presets and overrides changed, in the order of their last change. */
  listChanges(): Change[] {
    return [...this.writes.values()]
      .filter(({ path, order }) => !this.isReplaced(path, order))
      .toSorted((a, b) => a.order - b.order)
      .map(({ path, before, origin }) => ({ key: formatKey(path), value: this.get(path) ?? null, before, origin }));
  }

  /** Whether a key above was set later, so that this write is gone. */
  private isReplaced(path: readonly Segment[], order: number): boolean {
    return path.slice(0, -1).some((_, at) => (this.writes.get(formatKey(path.slice(0, at + 1)))?.order ?? 0) > order);
  }
}

/** For users, as the end of a sentence. @param file its path */
export function describeOrigin(origin: Origin, file: string): string {
  if (origin.kind === 'file') return `${file}, line ${origin.line}`;
  if (origin.kind === 'override') return origin.source;
  return `preset \`${origin.preset}\`, ${file}, line ${origin.line}`;
}
