import { SyntaxProblem } from './syntax-problem.js';
import {
  comparisons,
  functions,
  products,
  sums,
  type Comparison,
  type Operation,
  type Value,
} from './threshold-arithmetic.js';
import { KEYWORDS, readTokens, type Token } from './threshold-tokens.js';

/** @param x the metric's value. @throws NoAnswer */
export type Expression = (x: number) => Value;

/** How deep parentheses, signs and `not` may be nested. Those in use are 2 deep. */
const MAX_DEPTH = 50;
/**
 * Reads a threshold: `lambda x: 1 < x <= 3 * 1.1`, or the short form without the name, `< 3.3` or `> 1 and <= 3.3`.
 *
 * @throws SyntaxProblem for all but comparisons, `and`, `or`, `not`, + - * /, abs, min, max, round, numbers, True, False
 */
export function parseExpression(text: string): Expression {
  return new Parser(readTokens(text)).parse();
}

class Parser {
  private index = 0;
  private depth = 0;
  /** The lambda's parameter. Undefined in the short form. */
  private parameter: string | undefined;

  constructor(private readonly tokens: readonly Token[]) {}

  parse(): Expression {
    if (this.accept('lambda')) this.parameter = this.readParameter();
    else if (!this.isShortForm()) {
      throw new SyntaxProblem('neither `lambda x:` nor a comparison such as `<` at its beginning', this.next.at);
    }
    const expression = this.readOr();
    if (this.next.kind !== 'end') throw this.refuse();
    return expression;
  }

  private get next(): Token {
    return this.tokens[this.index]!;
  }

  private isShortForm(): boolean {
    return this.next.text === 'not' || comparisons.has(this.next.text);
  }

  private readParameter(): string {
    const { kind, text } = this.next;
    if (kind !== 'name' || KEYWORDS.has(text)) throw this.refuse('where the name of the one parameter belongs');
    this.index++;
    this.expect(':', 'after the name of the one parameter');
    return text;
  }

  private readOr(): Expression {
    let left = this.readAnd();
    while (this.accept('or')) {
      const [first, second] = [left, this.readAnd()];
      left = (x) => {
        const value = first(x);
        return isTrue(value) ? value : second(x);
      };
    }
    return left;
  }

  private readAnd(): Expression {
    let left = this.readNot();
    while (this.accept('and')) {
      const [first, second] = [left, this.readNot()];
      left = (x) => {
        const value = first(x);
        return isTrue(value) ? second(x) : value;
      };
    }
    return left;
  }

  private readNot(): Expression {
    if (!this.accept('not')) return this.readComparison();
    const negated = this.nest(() => this.readNot());
    return (x) => !isTrue(negated(x));
  }

  /** A chain, such as `1 < x <= 3`, compares neighbors and ends at the first comparison that is false. */
  private readComparison(): Expression {
    const isShort = this.parameter === undefined && comparisons.has(this.next.text);
    const first: Expression = isShort ? (x) => x : this.readTerms(sums);
    const links: { readonly compare: Comparison; readonly right: Expression }[] = [];
    for (let compare = this.takeFrom(comparisons); compare; compare = this.takeFrom(comparisons)) {
      links.push({ compare, right: this.readTerms(sums) });
    }
    if (links.length === 0) return first;
    return (x) => {
      let left = Number(first(x));
      return links.every(({ compare, right }) => {
        const [before, value] = [left, Number(right(x))];
        left = value;
        return compare(before, value);
      });
    };
  }

  /** A sum of products, or a product of signed operands. */
  private readTerms(operations: ReadonlyMap<string, Operation>): Expression {
    const readOne = (): Expression => (operations === sums ? this.readTerms(products) : this.readSigned());
    let left = readOne();
    for (let operate = this.takeFrom(operations); operate; operate = this.takeFrom(operations)) {
      const [first, apply, second] = [left, operate, readOne()];
      left = (x) => apply(Number(first(x)), Number(second(x)));
    }
    return left;
  }

  private readSigned(): Expression {
    const isNegative = this.accept('-');
    if (!isNegative && !this.accept('+')) return this.readOperand();
    const operand = this.nest(() => this.readSigned());
    return (x) => (isNegative ? -1 : 1) * Number(operand(x));
  }

  private readOperand(): Expression {
    const { kind, text } = this.next;
    if (this.accept('(')) {
      const inner = this.nest(() => this.readOr());
      this.expect(')', 'that closes a parenthesis');
      return inner;
    }
    if (kind === 'number') return this.take(() => Number(text));
    if (kind === 'name' && text === this.parameter) return this.take((x) => x);
    if (text === 'True' || text === 'False') return this.take(() => text === 'True');
    if (functions.has(text)) return this.readCall(text);
    throw this.refuse(
      kind === 'name' ? 'which is neither the parameter nor a known function' : 'where a value belongs',
    );
  }

  private readCall(name: string): Expression {
    const { at } = this.next;
    const { fewest, most, apply } = functions.get(name)!;
    this.index++;
    this.expect('(', `after \`${name}\``);
    const list = this.nest(() => {
      const read = [this.readOr()];
      while (this.accept(',')) read.push(this.readOr());
      return read;
    });
    this.expect(')', `after the arguments of \`${name}\``);
    if (list.length >= fewest && list.length <= most) return (x) => apply(list.map((one) => Number(one(x))));
    const allowed = fewest === most ? `${fewest}` : `${fewest} to ${most}`;
    throw new SyntaxProblem(`\`${name}\` with ${list.length} instead of ${allowed} arguments`, at);
  }

  private take(expression: Expression): Expression {
    this.index++;
    return expression;
  }

  private takeFrom<T>(table: ReadonlyMap<string, T>): T | undefined {
    const found = table.get(this.next.text);
    if (found) this.index++;
    return found;
  }

  private accept(text: string): boolean {
    const isNext = this.next.text === text;
    if (isNext) this.index++;
    return isNext;
  }

  private expect(text: string, where: string): void {
    if (!this.accept(text)) throw this.refuse(`where \`${text}\` belongs, ${where}`);
  }

  private nest<T>(read: () => T): T {
    if (++this.depth > MAX_DEPTH) throw new SyntaxProblem(`more than ${MAX_DEPTH} levels of nesting`, this.next.at);
    const result = read();
    this.depth--;
    return result;
  }

  private refuse(why = 'which is not allowed there'): SyntaxProblem {
    const { kind, text, at } = this.next;
    return new SyntaxProblem(`${kind === 'end' ? 'its end' : `\`${text}\``}, ${why}`, at);
  }
}

function isTrue(value: Value): boolean {
  return value !== false && value !== 0;
}
