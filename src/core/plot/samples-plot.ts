import { extentOf, median, quantile } from '../figures/statistics.js';
import { createTightAxis } from './axis.js';
import { drawFrame, FLOOR, FRAME, yOf, type Ground } from './frame.js';
import { createScale, writeQuantity } from '../figures/quantity.js';
import { drawDot, drawLine, drawText, seriesTone, type Tone } from './svg.js';

/** Samples side by side, such as those of base and head. */
export interface SamplesPlot {
  readonly name: string;
  readonly unit?: string;
  /** At least one. */
  readonly groups: readonly { readonly label: string; readonly samples: readonly number[] }[];
}

/** Two groups are narrow enough for the screen of a phone. */
const WIDEST_GROUP = 200;
/** The samples of a group that are drawn as dots. Of more, the quantiles are. */
const MOST_DOTS = 300;

/** The distributions of samples: a dot for each in the order of measurement, a box from quarter to quarter, the median. */
export function drawSamples({ name, unit, groups }: SamplesPlot): string {
  const drawn = groups.map(({ label, samples }) => ({ label, samples: thin(samples), middle: median(samples) }));
  const all = drawn.flatMap(({ samples }) => samples);
  const whole = Math.min(FRAME.width, FRAME.left + FRAME.right + groups.length * WIDEST_GROUP);
  const ground = { axis: createTightAxis(all), scale: createScale(all, unit), width: whole };
  const width = (whole - FRAME.right - FRAME.left) / groups.length;
  const medians = drawn.map(({ label, middle }) => `${label} ${writeQuantity(middle, unit)}`);
  return drawFrame(
    { title: name, alt: `${name}: the median of ${medians.join(', of ')}` },
    ground,
    drawn.flatMap(({ label, samples, middle }, place) => {
      const x = FRAME.left + (place + 0.5) * width;
      const caption = `${label} (${groups[place]!.samples.length})`;
      const where = { x, half: width * 0.3, tone: seriesTone(place), ground };
      return [
        drawText(caption, { x, y: FLOOR + 22, anchor: 'middle' }),
        ...drawGroup(samples, where),
        // Above the dots, where a small plot has room.
        drawText(writeQuantity(middle, unit), {
          x,
          y: yOf(ground, extentOf(samples)[1]) - 10,
          anchor: 'middle',
          tone: where.tone,
          bold: true,
        }),
      ];
    }),
  );
}

function drawGroup(
  samples: readonly number[],
  {
    x,
    half,
    tone,
    ground,
  }: { readonly x: number; readonly half: number; readonly tone: Tone; readonly ground: Ground },
): string[] {
  const last = samples.length - 1;
  const dots = samples.map((value, index) =>
    drawDot({ x: x + (last === 0 ? 0 : (index / last - 0.5) * 1.6 * half), y: yOf(ground, value), tone, opacity: 0.5 }),
  );
  const sorted = Float64Array.from(samples).sort();
  const [low, middle, high] = [0.25, 0.5, 0.75].map((share) => yOf(ground, quantile(sorted, share))) as [
    number,
    number,
    number,
  ];
  const [from, to] = [x - half, x + half];
  const sides = [from, to].map((side) => drawLine({ from: [side, low], to: [side, high], tone: 'muted' }));
  const ends = [low, high].map((y) => drawLine({ from: [from, y], to: [to, y], tone: 'muted' }));
  return [...dots, ...sides, ...ends, drawLine({ from: [from, middle], to: [to, middle], tone, width: 3 })];
}

function thin(samples: readonly number[]): readonly number[] {
  if (samples.length <= MOST_DOTS) return samples;
  const sorted = Float64Array.from(samples).sort();
  return Array.from({ length: MOST_DOTS }, (_, index) => quantile(sorted, index / (MOST_DOTS - 1)));
}
