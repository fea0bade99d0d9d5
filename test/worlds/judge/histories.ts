/** Histories of a metric, with and without a step, in eight shapes of noise that benchmarks on CI machines have. */
import { createRandom } from '../random.js';

export const SHAPES = ['ar1', 'bimodal', 'daily', 'drift', 'gaussian', 'lognormal', 'outliers', 'quantized'] as const;
export type Shape = (typeof SHAPES)[number];
export type Position = 'none' | 'end' | 'near-end' | 'middle' | 'reverted';

export interface Step {
  /** The first run at the new level. */
  readonly index: number;
  /** Example: 0.05 for 5 % more. */
  readonly relative: number;
  /** The step in standard errors of the difference between its sides, at most 50 runs a side. */
  readonly z: number;
}
export interface History {
  readonly shape: Shape;
  readonly position: Position;
  /** One a run, oldest first. */
  readonly values: readonly number[];
  /** The machine type of each run, if there are several. */
  readonly machines?: readonly string[];
  readonly steps: readonly Step[];
  /** How many of the newest runs are judged, and their step's z; 0: they have no step. */
  readonly last: number;
  readonly lastZ: number;
  /** By how many runs a found step may be wrong. */
  readonly tolerance: number;
}

/** The autocorrelation of ar1, and by how much it widens a mean. */
const AR = 0.6;
const WIDENING: Partial<Record<Shape, number>> = { ar1: 2, daily: 1.31 };
/** Positions of steps in histories of CI, beside nine at the end. */
const NOT_AT_END: readonly Position[] = ['near-end', 'near-end', 'near-end', 'middle', 'middle', 'middle', 'reverted'];
/** How much slower the machine type `gen-b` is. */
export const GEN_B = 1.12;

/** The histories of one seed, 60 of them, half of which have a step. */
export function writeHistories(seed: number): readonly History[] {
  const source = new Source(seed);
  return Array.from({ length: 60 }, (_, index) => writeHistory(SHAPES[index % SHAPES.length]!, index % 16 < 8, source));
}

class Source {
  private readonly random: () => number;

  constructor(seed: number) {
    this.random = createRandom(seed * 7919 + 17);
  }

  uniform(from = 0, to = 1): number {
    return from + (to - from) * this.random();
  }

  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.random())) * Math.cos(2 * Math.PI * this.random());
  }

  pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.random() * items.length)]!;
  }
}

function writeHistory(shape: Shape, isChanged: boolean, source: Source): History {
  const runs = source.pick(isChanged ? [40, 40, 60, 60, 100, 200] : [20, 40, 60, 100, 200]);
  const last = source.pick([1, 3, 5, 10]);
  const sd = shape === 'quantized' ? 0.01 : source.pick([0.01, 0.02, 0.05]);
  const position = isChanged ? source.pick<Position>([...Array<Position>(9).fill('end'), ...NOT_AT_END]) : 'none';
  const relative = source.pick([0.03, 0.05, 0.1, 0.3]) * source.pick([-1, 1]);
  const [from, to] = placeStep({ position, runs, last, source });
  const machines =
    shape === 'bimodal' ? Array.from({ length: runs }, () => (source.uniform() < 0.35 ? 'gen-b' : 'gen-a')) : undefined;
  const level = 10 ** source.uniform(0, 4);
  const noise = writeNoise({ shape, runs, sd, source });
  const values = noise.map((factor, index) => {
    const value =
      level * (index >= from && index < to ? 1 + relative : 1) * factor * (machines?.[index] === 'gen-b' ? GEN_B : 1);
    return shape === 'quantized' ? Math.round(value / (level * 0.01)) * level * 0.01 : value;
  });
  const z = (left: number, right: number): number =>
    Math.abs(Math.log(1 + relative)) /
    (sd * (WIDENING[shape] ?? 1)) /
    Math.sqrt(1 / Math.min(50, left) + 1 / Math.min(50, right));
  const steps = position === 'none' ? [] : [{ index: from, relative, z: z(from, to - from) }];
  if (to < runs && position === 'reverted')
    steps.push({ index: to, relative: 1 / (1 + relative) - 1, z: z(to - from, runs - to) });
  return {
    shape,
    position,
    values,
    ...(machines && { machines }),
    steps,
    last,
    lastZ: position === 'end' ? steps[0]!.z : 0,
    tolerance: Math.max(3, Math.round(runs / 20)),
  };
}

/** The runs from which and before which the level is another. */
function placeStep(of: { position: Position; runs: number; last: number; source: Source }): readonly [number, number] {
  const { position, runs, last, source } = of;
  const at = (from: number, to: number): number => Math.round(runs * source.uniform(from, to));
  if (position === 'none') return [runs, runs];
  if (position === 'end') return [runs - Math.min(last, runs / 2), runs];
  if (position === 'near-end') return [at(0.78, 0.86), runs];
  if (position === 'middle') return [at(0.4, 0.6), runs];
  return [at(0.3, 0.4), at(0.55, 0.65)];
}

/** Factors around 1. */
function writeNoise(of: { shape: Shape; runs: number; sd: number; source: Source }): readonly number[] {
  const { shape, runs, sd, source } = of;
  let before = source.normal();
  const slope = source.pick([-1, 1]) * 0.016;
  const phase = source.uniform(0, 2 * Math.PI);
  // Of a log-normal with this width: its standard deviation, by which it is scaled.
  const width = Math.sqrt((Math.exp(0.64) - 1) * Math.exp(0.64));
  return Array.from({ length: runs }, (_, index) => {
    const normal = source.normal();
    switch (shape) {
      case 'ar1':
        before = AR * before + Math.sqrt(1 - AR ** 2) * normal;
        return 1 + sd * before;
      case 'daily':
        return 1 + sd * (normal + 1.2 * Math.sin((2 * Math.PI * index) / 24 + phase));
      case 'drift':
        return 1 + sd * normal + slope * (index / runs - 0.5);
      case 'lognormal':
        return 1 + (sd * (Math.exp(0.8 * normal) - 1)) / width;
      case 'outliers':
        return (1 + sd * normal) * (source.uniform() < 0.06 ? source.uniform(1.2, 2.5) : 1);
      default:
        return 1 + sd * normal;
    }
  });
}
