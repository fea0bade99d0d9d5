import { SyntaxProblem } from './syntax-problem.js';
import { ESCAPES, readClass, readCharacterEscape, type IsIn } from './pattern-classes.js';

/** A pattern as a tree. `start`, `end` and the two borders match between characters. */
export type PatternNode =
  | { readonly kind: 'character'; readonly isIn: IsIn }
  | { readonly kind: 'place'; readonly place: Place }
  | { readonly kind: 'sequence'; readonly parts: readonly PatternNode[] }
  | { readonly kind: 'choice'; readonly parts: readonly PatternNode[] }
  | { readonly kind: 'repeat'; readonly part: PatternNode; readonly min: number; readonly max: number };
export type Place = 'start' | 'end' | 'very-end' | 'border' | 'no-border';

const MAX_DEPTH = 50;
const PLACES: Readonly<Record<string, Place>> = {
  '^': 'start',
  $: 'end',
  '\\A': 'start',
  '\\Z': 'very-end',
  '\\b': 'border',
  '\\B': 'no-border',
};
const REPEATS = /(?:(\*)|(\+)|(\?)|\{(\d*)(,?)(\d*)\})/y;
/** The most repetitions that a pattern counts. */
const MAX_COUNT = 1000;

/**
 * Reads a regular expression of Python's `re`, as far as it can be matched in linear time.
 *
 * @throws SyntaxProblem also for lookaround, backreferences and flags other than `(?i)` at the beginning
 */
export function parsePattern(text: string): { readonly node: PatternNode; readonly ignoresCase: boolean } {
  const ignoresCase = text.startsWith('(?i)');
  const parser = new Parser(text, ignoresCase ? 4 : 0);
  return { node: parser.parse(), ignoresCase };
}

class Parser {
  private depth = 0;

  constructor(
    private readonly text: string,
    private at: number,
  ) {}

  parse(): PatternNode {
    const node = this.readChoice();
    if (this.at < this.text.length) throw new SyntaxProblem('a `)` without its `(`', this.at);
    return node;
  }

  private readChoice(): PatternNode {
    const parts = [this.readSequence()];
    while (this.accept('|')) parts.push(this.readSequence());
    return parts.length === 1 ? parts[0]! : { kind: 'choice', parts };
  }

  private readSequence(): PatternNode {
    const parts: PatternNode[] = [];
    while (this.at < this.text.length && !/[|)]/.test(this.text[this.at]!)) parts.push(this.readRepeated());
    return { kind: 'sequence', parts };
  }

  /** `?` behind a repetition chooses the shortest match, which is no other answer to whether there is one. */
  private readRepeated(): PatternNode {
    const part = this.readOne();
    const repeat = this.readRepeat();
    if (!repeat) return part;
    if (part.kind === 'place') throw new SyntaxProblem('a repetition of what has no length', this.at - 1);
    this.accept('?');
    if (this.readRepeat()) throw new SyntaxProblem('two repetitions in a row', this.at - 1);
    return { kind: 'repeat', part, ...repeat };
  }

  /** As in Python, `{` that begins no repetition is an ordinary character. */
  private readRepeat(): { min: number; max: number } | undefined {
    REPEATS.lastIndex = this.at;
    const [found, star, plus, option, least, comma, most] = REPEATS.exec(this.text) ?? [];
    if (found === undefined || found === '{}') return undefined;
    const start = this.at;
    this.at += found.length;
    if (star || plus || option) return { min: plus ? 1 : 0, max: option ? 1 : Number.POSITIVE_INFINITY };
    const min = Number(least ?? 0);
    const max = comma ? (most ? Number(most) : Number.POSITIVE_INFINITY) : min;
    if (max < min) throw new SyntaxProblem('a repetition whose least is above its most', start);
    if (min > MAX_COUNT || (max > MAX_COUNT && max < Number.POSITIVE_INFINITY)) {
      throw new SyntaxProblem(`a repetition of more than ${MAX_COUNT} times`, start);
    }
    return { min, max };
  }

  private readOne(): PatternNode {
    const start = this.at;
    if (this.accept('(')) return this.readGroup(start);
    if (this.readRepeat()) throw new SyntaxProblem('a repetition of nothing', start);
    const character = String.fromCodePoint(this.text.codePointAt(start)!);
    const name = character === '\\' ? this.text.slice(start, start + 2) : character;
    this.at += name.length;
    const place = PLACES[name];
    if (place) return { kind: 'place', place };
    if (character === '.') return { kind: 'character', isIn: (one) => one !== '\n' };
    if (character === '[') return this.readTo(readClass(this.text, start));
    if (character !== '\\') return { kind: 'character', isIn: (one) => one === character };
    const escape = ESCAPES[name.slice(1)];
    if (escape) return { kind: 'character', isIn: escape };
    const { literal, end } = readCharacterEscape(this.text, start);
    return this.readTo({ isIn: (one) => one === literal, end });
  }

  private readTo({ isIn, end }: { isIn: IsIn; end: number }): PatternNode {
    this.at = end;
    return { kind: 'character', isIn };
  }

  private readGroup(start: number): PatternNode {
    if (this.text[this.at] === '?') {
      const head = /^\?(?::|P<[A-Za-z_]\w*>)/.exec(this.text.slice(this.at, this.at + 200))?.[0];
      if (!head) throw new SyntaxProblem('a group other than `(…)`, `(?:…)` and `(?P<name>…)`', start);
      this.at += head.length;
    }
    if (++this.depth > MAX_DEPTH) throw new SyntaxProblem(`more than ${MAX_DEPTH} groups within each other`, start);
    const node = this.readChoice();
    this.depth--;
    if (!this.accept(')')) throw new SyntaxProblem('a `(` without its `)`', start);
    return node;
  }

  private accept(character: string): boolean {
    const isNext = this.text[this.at] === character;
    if (isNext) this.at++;
    return isNext;
  }
}
