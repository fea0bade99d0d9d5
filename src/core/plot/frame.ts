import type { Axis } from './axis.js';
import type { Scale } from '../figures/quantity.js';
import { drawLine, drawPicture, drawText } from './svg.js';

/** Where a plot has its data. */
export const FRAME = { width: 760, height: 350, left: 76, right: 20, top: 86, bottom: 46 } as const;
export const RIGHT = FRAME.width - FRAME.right;
export const FLOOR = FRAME.height - FRAME.bottom;
const LONGEST_TITLE = 80;

/** What a value needs to be drawn. */
export interface Ground {
  readonly axis: Axis;
  readonly scale: Scale;
  /** Of the picture. Default: that of {@link FRAME}. */
  readonly width?: number;
}

export function yOf({ axis }: Ground, value: number): number {
  return FLOOR - axis.place(value) * (FLOOR - FRAME.top);
}

export interface Titles {
  /** Is drawn. */
  readonly title: string;
  /** What the plot shows, for those who cannot see it. */
  readonly alt: string;
}

/** A plot with its title, the values of its axis, and lines at them. */
export function drawFrame({ title, alt }: Titles, ground: Ground, parts: readonly string[]): string {
  const { axis, scale, width = FRAME.width } = ground;
  const right = width - FRAME.right;
  const shown = title.length > LONGEST_TITLE ? `${title.slice(0, LONGEST_TITLE - 1)}…` : title;
  const grid = axis.ticks.flatMap((tick, index) => {
    const y = yOf(ground, tick);
    return [
      drawLine({ from: [FRAME.left, y], to: [right, y], tone: index === 0 ? 'muted' : 'grid' }),
      drawText(scale.write(tick), { x: FRAME.left - 8, y: y + 4, anchor: 'end' }),
    ];
  });
  return drawPicture({ width, height: FRAME.height, title: alt }, [
    drawText(shown, { x: FRAME.left, y: 26, size: 17, bold: true }),
    ...(scale.unit === ''
      ? []
      : [drawText(scale.unit, { x: FRAME.left - 8, y: FRAME.top - 20, anchor: 'end', tone: 'muted' })]),
    ...grid,
    ...parts,
  ]);
}
