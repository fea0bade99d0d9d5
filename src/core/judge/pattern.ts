import { isWord, type IsIn } from './pattern-classes.js';
import { parsePattern, type PatternNode, type Place } from './pattern-parser.js';
import { SyntaxProblem } from './syntax-problem.js';

/** Whether a name contains a match. Takes time in proportion to the name's length. */
export type Pattern = (name: string) => boolean;

/** The most steps of a pattern. `x{1000}` has 1,000; those in use are under 100. */
const MAX_STEPS = 2000;
const MAX_NODES = 10 * MAX_STEPS;

/** A step of a pattern's automaton, which is in several steps at once. The first in the list is the match. */
type Step =
  | { readonly kind: 'character'; readonly isIn: IsIn; readonly next: number }
  | { readonly kind: 'place'; readonly place: Place; readonly next: number }
  | Split
  | { readonly kind: 'match' };
interface Split {
  readonly kind: 'split';
  readonly next: number;
  other: number;
}
type Repeat = Extract<PatternNode, { kind: 'repeat' }>;

/**
 * Prepares a pattern, whose matches may begin anywhere in a name, as with Python's `re.search`. No pattern backtracks:
 * `(a+)+$` takes no longer than `a+$`.
 *
 * @throws SyntaxProblem
 */
export function compilePattern(text: string): Pattern {
  const { node, ignoresCase } = parsePattern(text);
  const builder = new Builder();
  const first = builder.add(node, 0);
  return (name) => new Search(builder.steps, first, ignoresCase).isIn(name);
}

/** Appends the steps of a pattern, the last one first. */
class Builder {
  readonly steps: Step[] = [{ kind: 'match' }];
  private nodes = 0;

  /** @param next the step behind the node. @returns the node's first step. @throws SyntaxProblem if it has too many */
  add(node: PatternNode, next: number): number {
    // Nodes count as well: `((){1000}){1000}` has no steps and would be repeated a million times.
    if (++this.nodes > MAX_NODES) throw new SyntaxProblem('too many repetitions within repetitions', 0);
    switch (node.kind) {
      case 'character':
      case 'place':
        return this.push({ ...node, next });
      case 'sequence':
        return node.parts.reduceRight((behind, part) => this.add(part, behind), next);
      case 'choice':
        return node.parts
          .map((part) => this.add(part, next))
          .reduce((one, other) => this.push({ kind: 'split', next: one, other }));
      case 'repeat':
        return this.addRepeat(node, next);
    }
  }

  private addRepeat({ part, min, max }: Repeat, next: number): number {
    let first = next;
    if (max === Number.POSITIVE_INFINITY) {
      const loop: Split = { kind: 'split', next, other: next };
      first = this.push(loop);
      loop.other = this.add(part, first);
    } else {
      for (let count = min; count < max; count++) {
        first = this.push({ kind: 'split', next, other: this.add(part, first) });
      }
    }
    for (let count = 0; count < min; count++) first = this.add(part, first);
    return first;
  }

  private push(step: Step): number {
    if (this.steps.length > MAX_STEPS) throw new SyntaxProblem(`more than ${MAX_STEPS} steps`, 0);
    return this.steps.push(step) - 1;
  }
}

/** One search in one name: goes through the characters once, with the set of the steps that are reached. */
class Search {
  private readonly reachedAt: Int32Array;
  private characters: readonly string[] = [];
  private isFound = false;

  constructor(
    private readonly steps: readonly Step[],
    private readonly first: number,
    private readonly ignoresCase: boolean,
  ) {
    this.reachedAt = new Int32Array(steps.length).fill(-1);
  }

  isIn(name: string): boolean {
    this.characters = Array.from(name);
    let reached: number[] = [];
    for (let at = 0; at <= this.characters.length; at++) {
      // A match may begin here.
      this.reach(this.first, at, reached);
      if (this.isFound) return true;
      const following: number[] = [];
      for (const index of at < this.characters.length ? reached : []) {
        const step = this.steps[index]!;
        if (step.kind === 'character' && this.takes(step.isIn, this.characters[at]!)) {
          this.reach(step.next, at + 1, following);
        }
      }
      reached = following;
      if (this.isFound) return true;
    }
    return false;
  }

  /** Adds a step, and those that follow without a character, each once per place in the name. */
  private reach(index: number, at: number, reached: number[]): void {
    const open = [index];
    for (let one = open.pop(); one !== undefined; one = open.pop()) {
      if (this.reachedAt[one] === at) continue;
      this.reachedAt[one] = at;
      const step = this.steps[one]!;
      if (step.kind === 'match') this.isFound = true;
      else if (step.kind === 'character') reached.push(one);
      else if (step.kind === 'split') open.push(step.other, step.next);
      else if (this.isAt(step.place, at)) open.push(step.next);
    }
  }

  private takes(isIn: IsIn, character: string): boolean {
    return isIn(character) || (this.ignoresCase && (isIn(character.toLowerCase()) || isIn(character.toUpperCase())));
  }

  private isAt(place: Place, at: number): boolean {
    const { length } = this.characters;
    if (place === 'start') return at === 0;
    if (place === 'very-end') return at === length;
    // As in Python, the end is also before a line break that ends the text.
    if (place === 'end') return at === length || (at === length - 1 && this.characters[at] === '\n');
    const isBorder = isWord(this.characters[at - 1] ?? '') !== isWord(this.characters[at] ?? '');
    return isBorder === (place === 'border');
  }
}
