import { plural } from '../kernel/plural.js';
import { describeGiven } from './describe-given.js';
import type { Figure, UnusableFigure } from './figure.js';
import { UnreadableError, type Reading } from './reading.js';
import { factorBetween } from './units.js';

/** The most of one file: the names of the figures take some 100 MB, the samples 80 MB. */
const MOST = { figures: 1_000_000, samples: 10_000_000 };
const LONGEST_NAME = 2_000;
/** The problems that are kept. More are counted. */
const KEPT_PROBLEMS = 1_000;

type Facts = Partial<Pick<Figure, 'unit' | 'better' | 'module' | 'areRuns'>>;

interface OpenFigure extends Omit<Facts, 'areRuns'> {
  areRuns?: true;
  readonly samples: number[];
}

/** Collects the figures of one file. Samples of one name are one figure, wherever they stand in the file. */
export class FigureCollector {
  private readonly figures = new Map<string, OpenFigure>();
  private readonly unusable = new Map<string, Omit<UnusableFigure, 'name'>>();
  private readonly problems: string[] = [];
  private problemCount = 0;
  private samples = 0;

  constructor(private readonly most: typeof MOST = MOST) {}

  /**
   * Adds a sample. Anything but a finite number makes the whole figure unusable, since the other samples do not show
   * what went wrong. A sample of another unit is converted.
   *
   * @throws UnreadableError with more figures or samples than a file may have
   */
  add(name: string, value: unknown, facts: Facts = {}): void {
    if (typeof value !== 'number' || !Number.isFinite(value)) return this.refuse(name, describeGiven(value), facts);
    const figure = this.open(name, facts);
    const factor = facts.unit === undefined ? 1 : factorBetween(facts.unit, figure.unit);
    if (factor === undefined)
      return this.refuse(name, `the unit ${facts.unit} after ${figure.unit ?? 'no unit'}`, facts);
    this.samples += 1;
    if (this.samples > this.most.samples) throw new UnreadableError(`has more than ${this.most.samples} samples`);
    figure.samples.push(value * factor);
    if (!facts.areRuns) delete figure.areRuns;
  }

  /** Adds several samples of one figure. No list, or an empty one, makes the figure unusable. */
  addAll(name: string, values: unknown, facts: Facts = {}): void {
    if (!Array.isArray(values) || values.length === 0) return this.refuse(name, describeGiven(values), facts);
    for (const value of values) this.add(name, value, facts);
  }

  /** Notes a figure that cannot be judged. The first reason counts. @param given what was found, as `null` */
  refuse(name: string, given: string, { module }: Facts = {}): void {
    const known = checkName(name);
    if (!this.unusable.has(known)) this.unusable.set(known, { given, ...(module !== undefined && { module }) });
    this.countNames();
  }

  /** Notes what makes figures doubtful: a sentence without a full stop. */
  report(problem: string): void {
    this.problemCount += 1;
    if (this.problemCount <= KEPT_PROBLEMS) this.problems.push(problem);
  }

  /** What is known of a name; undefined if nothing was added yet. */
  factsOf(name: string): Facts | undefined {
    return this.figures.get(name);
  }

  /** The samples of a name so far. */
  samplesOf(name: string): readonly number[] {
    return this.figures.get(name)?.samples ?? [];
  }

  /** Changes the names, for a format whose names are known only at the end of a file. No two may become one. */
  rename(change: (name: string) => string): void {
    renameKeys(this.figures, change);
    renameKeys(this.unusable, change);
  }

  finish(): Reading {
    const more = this.problemCount - this.problems.length;
    const figures = [...this.figures].flatMap(([name, figure]) =>
      this.unusable.has(name) ? [] : [{ name, ...figure }],
    );
    const unusable: UnusableFigure[] = [...this.unusable].map(([name, about]) => ({ name, ...about }));
    return {
      figures,
      unusable,
      problems: more > 0 ? [...this.problems, plural(more, 'more problem')] : this.problems,
    };
  }

  private open(name: string, { unit, better, module, areRuns }: Facts): OpenFigure {
    const known = this.figures.get(name);
    if (known) return known;
    const figure: OpenFigure = {
      ...(unit !== undefined && { unit }),
      ...(better && { better }),
      ...(module !== undefined && { module }),
      ...(areRuns && { areRuns }),
      samples: [],
    };
    this.figures.set(checkName(name), figure);
    this.countNames();
    return figure;
  }

  private countNames(): void {
    const { figures } = this.most;
    if (this.figures.size <= figures && this.unusable.size <= figures) return;
    throw new UnreadableError(`has more than ${figures} figures`);
  }
}

function renameKeys<T>(map: Map<string, T>, change: (name: string) => string): void {
  const entries = [...map];
  map.clear();
  for (const [name, value] of entries) map.set(change(name), value);
}

function checkName(name: string): string {
  if (name.trim() === '') throw new UnreadableError('has a figure without a name');
  if (name.length <= LONGEST_NAME) return name;
  throw new UnreadableError(
    `has a figure with a name of ${plural(name.length, 'character')}; at most ${LONGEST_NAME} are allowed`,
  );
}
