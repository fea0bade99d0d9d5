import { type TextReader, UnreadableError } from './reading.js';

/** A part of a JSON document that is read on its own. */
export interface JsonElement {
  /** The key of the document that the element is in. '' if the document is a list. */
  readonly key: string;
  /** The key of the element in an object; '' in a list, and if the key itself has the value. */
  readonly name: string;
  /** JSON, not checked yet. */
  readonly text: string;
  /** `results[3]` */
  readonly label: string;
}

export interface JsonSink {
  /** A key of the document, before its elements. */
  key?(key: string): void;
  element(element: JsonElement): void;
}

/** In characters: the most that is in memory at once. */
const LARGEST_ELEMENT = 64 * 2 ** 20;
const DEEPEST = 1_000;
const [QUOTE, BACKSLASH, COMMA, COLON] = [34, 92, 44, 58];
const IS_SIGN = new Uint8Array(65_536);
for (const sign of '"{}[],') IS_SIGN[sign.charCodeAt(0)] = 1;

/**
 * Splits a JSON document into the elements of its lists and objects: `results[0]`, `metrics.checks`; `[0]` if the
 * document is a list. Only one element is in memory at a time, whatever the size of the document.
 */
export class JsonElements implements TextReader {
  private depth = 0;
  private inText = false;
  private isEscaped = false;
  /** Whether a key comes next, in the document and in the object that its key has. */
  private expectsKey = false;
  private readonly isObject = [false, false, false];
  private key = '';
  private name = '';
  private index = 0;
  /** What is being taken, the depth where it began, and its characters before this piece of text. */
  private taking: 'key' | 'value' | undefined;
  private takenAt = 0;
  private taken = '';
  private from = 0;
  private hasEnded = false;

  constructor(private readonly sink: JsonSink) {}

  write(text: string): void {
    this.from = 0;
    for (let at = 0; at < text.length; at += 1) {
      if (this.inText && !this.isEscaped) at = skipText(text, at);
      const sign = text.charCodeAt(at);
      if (this.inText) this.goOn(sign, at, text);
      // Of a value, only the signs matter that may end it.
      else if (sign > 32 && (!this.taking || IS_SIGN[sign] === 1)) this.step(sign, at, text);
    }
    if (this.taking) this.taken += text.slice(this.from);
    if (this.taken.length > LARGEST_ELEMENT) {
      throw new UnreadableError(`has more than ${LARGEST_ELEMENT} characters in ${this.label}`);
    }
  }

  close(): void {
    if (this.depth === 0 && !this.hasEnded) throw new UnreadableError('is empty');
    if (!this.hasEnded) throw new UnreadableError(`is cut off${this.key === '' ? '' : ` in ${this.label}`}`);
  }

  private get label(): string {
    if (this.depth < 2 && this.isObject[1]) return this.key;
    return this.isObject[this.place] ? `${this.key}.${this.name}` : `${this.key}[${this.index}]`;
  }

  /** The depth of the list or object whose elements are taken. */
  private get place(): number {
    return this.isObject[1] ? Math.min(this.depth, 2) : 1;
  }

  private goOn(sign: number, at: number, text: string): void {
    if (this.isEscaped) this.isEscaped = false;
    else if (sign === BACKSLASH) this.isEscaped = true;
    else if (sign === QUOTE) {
      this.inText = false;
      if (this.taking === 'key') this.endKey(this.end(at + 1, text));
    }
  }

  private step(sign: number, at: number, text: string): void {
    if (this.hasEnded) throw new UnreadableError(`goes on after its end in ${JSON.stringify(text.slice(at, at + 20))}`);
    if (sign === QUOTE) this.openText(at);
    else if (sign === 123 || sign === 91) this.open(sign === 123, at);
    else if (sign === 125 || sign === 93) this.shut(at, text);
    else if (sign === COMMA) this.next(at, text);
    else if (sign !== COLON && !this.taking) this.begin('value', at);
  }

  private openText(at: number): void {
    this.inText = true;
    if (!this.taking) this.begin(this.expectsKey ? 'key' : 'value', at);
  }

  private open(isObject: boolean, at: number): void {
    const isPart = this.depth === 0 || (this.depth === 1 && this.isObject[1]);
    if (!this.taking && !isPart) this.begin('value', at);
    this.depth += 1;
    if (this.depth > DEEPEST) throw new UnreadableError(`is nested deeper than ${DEEPEST} levels`);
    if (this.taking) return;
    this.isObject[this.depth] = isObject;
    this.expectsKey = isObject;
    this.index = 0;
  }

  private shut(at: number, text: string): void {
    if (this.taking && this.depth > this.takenAt) {
      this.depth -= 1;
      return;
    }
    this.endValue(at, text);
    this.depth -= 1;
    if (this.depth < 0) throw new UnreadableError('closes what it did not open');
    this.hasEnded = this.depth === 0;
    this.expectsKey = false;
  }

  private next(at: number, text: string): void {
    if (this.taking && this.depth > this.takenAt) return;
    this.endValue(at, text);
    this.index += 1;
    this.expectsKey = this.isObject[this.depth] === true;
  }

  private begin(what: 'key' | 'value', at: number): void {
    if (this.depth === 0) throw new UnreadableError('is neither a JSON object nor a JSON list');
    this.taking = what;
    this.takenAt = this.depth;
    this.from = at;
  }

  private end(at: number, text: string): string {
    const whole = this.taken + text.slice(this.from, at);
    this.taken = '';
    this.taking = undefined;
    return whole;
  }

  private endKey(text: string): void {
    this.expectsKey = false;
    const key = unquote(text);
    if (this.depth > 1) this.name = key;
    else {
      [this.key, this.name] = [key, ''];
      this.sink.key?.(key);
    }
  }

  private endValue(at: number, text: string): void {
    if (!this.taking) return;
    const { key, label } = this;
    const name = this.depth > 1 && this.isObject[2] ? this.name : '';
    this.sink.element({ key, name, label, text: this.end(at, text) });
  }
}

/** Where the text in quotes ends, or has its next backslash; or the end of this piece. */
function skipText(text: string, from: number): number {
  let at = from;
  for (; at < text.length; at += 1) {
    const sign = text.charCodeAt(at);
    if (sign === QUOTE || sign === BACKSLASH) break;
  }
  return at;
}

function unquote(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    throw new UnreadableError(`has a key that is not JSON: ${text.slice(0, 40)}`);
  }
}
