import { createAxis, type Axis } from './axis.js';
import { median } from './statistics.js';

/** Samples by group: a dot for every sample, a line at the median, a dashed line at the bar. */
export interface Plot {
  readonly title: string;
  readonly xLabel: string;
  /** With the unit. */
  readonly yLabel: string;
  readonly groups: readonly PlotGroup[];
  /** All names, so that each has the same color in all plots. */
  readonly order?: readonly string[];
  readonly bars?: readonly { readonly value: number; readonly label: string }[];
}

export interface PlotGroup {
  readonly label: string;
  readonly series: readonly { readonly name: string; readonly samples: readonly number[] }[];
}

const [WIDTH, HEIGHT] = [760, 460];
const AREA = { left: 76, right: 20, top: 92, bottom: 62 };
const [INNER_WIDTH, INNER_HEIGHT] = [WIDTH - AREA.left - AREA.right, HEIGHT - AREA.top - AREA.bottom];
/** The palette of Okabe and Ito, which is distinguishable with any color vision. */
const COLORS = ['#0072b2', '#d55e00', '#009e73', '#666666', '#cc79a7'];
const MOST_DIGITS = 3;

/** A self-contained SVG: no script, no font of its own, white background. */
export function renderPlot(plot: Plot): string {
  const { groups, bars = [], order = [] } = plot;
  const values = [
    ...groups.flatMap(({ series }) => series.flatMap(({ samples }) => samples)),
    ...bars.map(({ value }) => value),
  ];
  const axis = createAxis(values);
  const shown = new Set(groups.flatMap(({ series }) => series.map(({ name }) => name)));
  const names = [...new Set([...order, ...shown])];
  const parts = [
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    text(plot.title, { x: AREA.left, y: 26, size: 17, weight: 'bold' }),
    ...renderLegend(names, shown),
    ...renderGrid(axis),
    ...bars.map((bar) => renderBar(bar, axis)),
    ...groups.flatMap((group, place) => renderGroup(group, { place, of: groups.length, axis, names })),
    text(plot.xLabel, { x: AREA.left + INNER_WIDTH / 2, y: HEIGHT - 14, anchor: 'middle' }),
    text(plot.yLabel, { x: 20, y: AREA.top + INNER_HEIGHT / 2, anchor: 'middle', turned: true }),
  ];
  const size = `width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="sans-serif">\n${parts.join('\n')}\n</svg>\n`;
}

function renderLegend(names: readonly string[], shown: ReadonlySet<string>): string[] {
  let [x, y] = [AREA.left, 46];
  return names.flatMap((name, index) => {
    if (!shown.has(name)) return [];
    // The approximate width of a letter. With another font, the next entry only moves.
    const width = 30 + name.length * 7;
    if (x + width > WIDTH) [x, y] = [AREA.left, y + 20];
    const at = x;
    x += width;
    return [`<circle cx="${at + 5}" cy="${y}" r="5" fill="${colorOf(index)}"/>`, text(name, { x: at + 15, y: y + 4 })];
  });
}

function renderGrid(axis: Axis): string[] {
  return axis.ticks.flatMap((tick) => {
    const y = yOf(axis, tick);
    return [
      line({ x1: AREA.left, x2: WIDTH - AREA.right, y, color: tick === axis.ticks[0] ? '#333' : '#ddd' }),
      text(renderNumber(tick), { x: AREA.left - 8, y: y + 4, anchor: 'end' }),
    ];
  });
}

function renderBar({ value, label }: { value: number; label: string }, axis: Axis): string {
  const y = yOf(axis, value);
  const dashes = line({ x1: AREA.left, x2: WIDTH - AREA.right, y, color: '#b00020', dashed: true });
  return `${dashes}\n${text(label, { x: WIDTH - AREA.right - 4, y: y - 5, anchor: 'end', color: '#b00020' })}`;
}

interface Where {
  readonly place: number;
  readonly of: number;
  readonly axis: Axis;
  readonly names: readonly string[];
}

function renderGroup({ label, series }: PlotGroup, { place, of, axis, names }: Where): string[] {
  const width = INNER_WIDTH / of;
  const left = AREA.left + place * width;
  const lane = Math.min(width / (series.length + 1), 110);
  const caption = text(label, { x: left + width / 2, y: HEIGHT - AREA.bottom + 20, anchor: 'middle' });
  return [
    caption,
    ...series.flatMap(({ name, samples }, index) => {
      const x = left + width / 2 + (index - (series.length - 1) / 2) * lane;
      return renderSamples(samples, { x, lane, axis, color: colorOf(names.indexOf(name)) });
    }),
  ];
}

function renderSamples(
  samples: readonly number[],
  { x, lane, axis, color }: { x: number; lane: number; axis: Axis; color: string },
): string[] {
  const half = Math.min(lane * 0.3, 24);
  // Side by side in the order of measuring, so that equal samples do not hide each other.
  const spread = (index: number): number =>
    samples.length < 2 ? 0 : (index / (samples.length - 1) - 0.5) * 1.4 * half;
  const dots = samples.map(
    (value, index) =>
      `<circle cx="${round(x + spread(index))}" cy="${yOf(axis, value)}" r="3.2" fill="${color}" fill-opacity="0.55"/>`,
  );
  const middle = median(samples);
  const y = yOf(axis, middle);
  return [
    ...dots,
    line({ x1: x - half, x2: x + half, y, color, width: 2.5 }),
    text(renderNumber(middle), { x, y: y - 9, anchor: 'middle', color, weight: 'bold' }),
  ];
}

function yOf(axis: Axis, value: number): number {
  return round(AREA.top + (1 - axis.place(value)) * INNER_HEIGHT);
}

interface Line {
  readonly x1: number;
  readonly x2: number;
  readonly y: number;
  readonly color: string;
  readonly width?: number;
  readonly dashed?: boolean;
}

function line({ x1, x2, y, color, width = 1, dashed = false }: Line): string {
  const dash = dashed ? ' stroke-dasharray="7 5"' : '';
  return `<line x1="${round(x1)}" x2="${round(x2)}" y1="${y}" y2="${y}" stroke="${color}" stroke-width="${width}"${dash}/>`;
}

interface Text {
  readonly x: number;
  readonly y: number;
  readonly size?: number;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly weight?: 'bold';
  readonly color?: string;
  readonly turned?: boolean;
}

function text(content: string, { x, y, size = 13, anchor = 'start', weight, color = '#222', turned }: Text): string {
  const at = turned ? `transform="translate(${round(x)} ${round(y)}) rotate(-90)"` : `x="${round(x)}" y="${round(y)}"`;
  const bold = weight ? ` font-weight="${weight}"` : '';
  // A white outline keeps the letters readable on top of dots and lines.
  const halo = 'stroke="#fff" stroke-width="3" stroke-linejoin="round" paint-order="stroke"';
  return `<text ${at} font-size="${size}" text-anchor="${anchor}" fill="${color}"${bold} ${halo}>${escape(content)}</text>`;
}

function escape(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function colorOf(index: number): string {
  return COLORS[index % COLORS.length]!;
}

function renderNumber(value: number): string {
  return value >= 1000 ? value.toFixed(0) : String(Number(value.toPrecision(MOST_DIGITS)));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
