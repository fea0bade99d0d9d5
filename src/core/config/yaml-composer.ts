import { EVENT_ID, getScalarValue, SCALAR_STYLE, type Event } from 'js-yaml';
import type { Segment } from './key-path.js';
import { copy, isMap, type Value, type ValueMap } from './value.js';
import { readScalar, type YamlLanguage } from './yaml-scalars.js';

/** How many values aliases may add to a document. A few lines of aliases of aliases would fill the memory. */
const MOST_COPIED_VALUES = 200_000;

/** A finding in a text. Lines begin with 1. */
export interface Finding {
  readonly line: number;
  readonly text: string;
}

/** A text that cannot be read, with the line. */
export class YamlProblem extends Error {
  constructor(readonly finding: Finding) {
    super(finding.text);
  }
}

/** Where a value begins in the text; -1 for one without text. */
function startOf(event: Event): number {
  if ('valueStart' in event) return event.valueStart;
  if ('anchorStart' in event && event.type === EVENT_ID.ALIAS) return event.anchorStart;
  return 'start' in event ? event.start : -1;
}

interface Anchored {
  readonly value: Value;
  /** The number of values in it, itself included. */
  readonly size: number;
}

/** Builds the values of a document from the parser's events, which know where in the text they begin. */
export class Composer {
  readonly doubts: Finding[] = [];
  private readonly lines = new Map<Value, Map<Segment, number> | readonly number[]>();
  /** `undefined` for an anchor whose value is not complete. */
  private readonly anchors = new Map<string, Anchored | undefined>();
  private events: readonly Event[] = [];
  private at = 0;
  private copied = 0;
  private composed = 0;
  private line = 1;
  private lineEnd = -1;

  constructor(
    private readonly text: string,
    private readonly language: YamlLanguage,
  ) {}

  compose(events: readonly Event[]): Value {
    this.events = events;
    const documents = events.filter(({ type }) => type === EVENT_ID.DOCUMENT).length;
    if (documents > 1) this.fail('it has several documents, separated by `---`; allowed: one');
    this.at = 1;
    const isEmpty = documents === 0 || this.events[this.at]?.type === EVENT_ID.POP;
    return isEmpty ? null : this.node();
  }

  lineOf(root: Value, path: readonly Segment[]): number {
    let found: Value | undefined = root;
    let line = 1;
    for (const step of path) {
      if (typeof found !== 'object' || found === null) break;
      const lines = this.lines.get(found);
      const own = lines instanceof Map ? lines.get(step) : lines?.[step as number];
      if (own === undefined) break;
      line = own;
      found = (found as Record<Segment, Value>)[step];
    }
    return line;
  }

  private node(): Value {
    const event = this.events[this.at++]!;
    if (event.type === EVENT_ID.ALIAS) return this.alias(event);
    if (event.type === EVENT_ID.POP || event.type === EVENT_ID.DOCUMENT) return null;
    const anchor = event.anchorStart < 0 ? undefined : this.text.slice(event.anchorStart, event.anchorEnd);
    if (anchor !== undefined) this.anchors.set(anchor, undefined);
    const before = this.composed++;
    const value = this.content(event);
    if (anchor !== undefined) this.anchors.set(anchor, { value, size: this.composed - before });
    return value;
  }

  private content(
    event: Exclude<Event, { type: typeof EVENT_ID.ALIAS | typeof EVENT_ID.POP | typeof EVENT_ID.DOCUMENT }>,
  ): Value {
    if (event.type === EVENT_ID.SCALAR) return this.scalar(event);
    this.checkTag(event, event.type === EVENT_ID.MAPPING ? 'map' : 'seq');
    return event.type === EVENT_ID.MAPPING ? this.map() : this.list();
  }

  private alias({ anchorStart, anchorEnd }: { anchorStart: number; anchorEnd: number }): Value {
    const name = this.text.slice(anchorStart, anchorEnd);
    this.moveTo(anchorStart);
    if (!this.anchors.has(name))
      this.fail(`there is no \`&${name}\` before \`*${name}\`; quote a text that begins with \`*\``);
    const anchored = this.anchors.get(name);
    if (!anchored) return this.fail(`\`&${name}\` contains itself`);
    this.copied += anchored.size;
    this.composed += anchored.size;
    if (this.copied > MOST_COPIED_VALUES) this.fail(`its aliases add more than ${MOST_COPIED_VALUES} values`);
    return copy(anchored.value);
  }

  private list(): Value[] {
    const list: Value[] = [];
    const lines: number[] = [];
    while (this.events[this.at]!.type !== EVENT_ID.POP) {
      this.moveTo(startOf(this.events[this.at]!));
      lines.push(this.line);
      list.push(this.node());
    }
    this.at++;
    this.lines.set(list, lines);
    return list;
  }

  private map(): ValueMap {
    const own: ValueMap = {};
    const merged: ValueMap[] = [];
    const lines = new Map<Segment, number>();
    while (this.events[this.at]!.type !== EVENT_ID.POP) {
      const { name, isMerge } = this.key();
      const line = this.line;
      const value = this.node();
      if (isMerge) merged.push(...this.mergedMaps(value));
      else {
        if (Object.hasOwn(own, name))
          this.doubts.push({
            line,
            text: `\`${name}\` is here twice (first on line ${lines.get(name)}); the last counts`,
          });
        own[name] = value;
        lines.set(name, line);
      }
    }
    this.at++;
    const value = merged.length === 0 ? own : (Object.assign({}, ...merged.toReversed(), own) as ValueMap);
    this.lines.set(value, lines);
    return value;
  }

  private mergedMaps(value: Value): ValueMap[] {
    const maps = Array.isArray(value) ? value : [value];
    return maps.every(isMap) ? maps : this.fail('`<<` takes a map or a list of maps');
  }

  private key(): { name: string; isMerge: boolean } {
    const event = this.events[this.at]!;
    if (event.type !== EVENT_ID.SCALAR) return this.fail('a key is a list or a map; allowed: text');
    this.at++;
    this.moveTo(event.valueStart);
    const name = getScalarValue(this.text, event);
    const isPlain = event.style === SCALAR_STYLE.PLAIN;
    const { doubt } = isPlain ? readScalar(name, this.language) : {};
    if (doubt !== undefined) this.doubts.push({ line: this.line, text: `the key ${doubt}` });
    if (name === '__proto__') this.fail('the key `__proto__` is not allowed');
    return { name, isMerge: isPlain && name === '<<' };
  }

  private scalar(event: Extract<Event, { type: typeof EVENT_ID.SCALAR }>): Value {
    if (event.valueStart >= 0) this.moveTo(event.valueStart);
    const text = event.valueStart < 0 ? '' : getScalarValue(this.text, event);
    const tag = this.checkTag(event, 'str');
    if (tag !== undefined || event.style !== SCALAR_STYLE.PLAIN) return text;
    if (text === '') return null;
    const { value, doubt } = readScalar(text, this.language);
    if (doubt !== undefined) this.doubts.push({ line: this.line, text: doubt });
    return value;
  }

  /** Tags other than the one that a value has anyway could change what it means to another reader. */
  private checkTag({ tagStart, tagEnd }: { tagStart: number; tagEnd: number }, expected: string): string | undefined {
    if (tagStart < 0) return undefined;
    const tag = this.text.slice(tagStart, tagEnd);
    if (![`!!${expected}`, '!'].includes(tag)) {
      this.moveTo(tagStart);
      this.fail(`the tag \`${tag}\` is not allowed here; allowed: \`!!${expected}\` or none`);
    }
    return tag;
  }

  /** Events come in the order of the text, so each line is searched for its end once: it may hold millions of values. */
  private moveTo(offset: number): void {
    while (this.lineEnd < offset) {
      if (this.lineEnd >= 0) this.line++;
      const next = this.text.indexOf('\n', this.lineEnd + 1);
      this.lineEnd = next < 0 ? Number.POSITIVE_INFINITY : next;
    }
  }

  private fail(text: string): never {
    throw new YamlProblem({ line: this.line, text });
  }
}
