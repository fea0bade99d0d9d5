/** What a color is for. Each is readable on the background of its mode, with any color vision where it counts. */
export type Tone = 'ink' | 'muted' | 'grid' | 'limit' | 'good' | 'bad' | SeriesTone;

type SeriesTone = 'series-0' | 'series-1' | 'series-2' | 'series-3' | 'series-4';

/** The modes of GitHub. The series are the palette of Okabe and Ito, lighter on a dark background. */
const COLORS: Readonly<Record<Tone | 'background', readonly [light: string, dark: string]>> = {
  background: ['#ffffff', '#0d1117'],
  ink: ['#1f2328', '#f0f6fc'],
  muted: ['#59636e', '#9198a1'],
  grid: ['#d1d9e0', '#3d444d'],
  limit: ['#b00020', '#ff7b86'],
  good: ['#1a7f37', '#3fb950'],
  bad: ['#b00020', '#ff7b86'],
  'series-0': ['#0072b2', '#56b4e9'],
  'series-1': ['#c24e00', '#f0883e'],
  'series-2': ['#007e5c', '#2ec495'],
  'series-3': ['#59636e', '#9198a1'],
  'series-4': ['#a8558a', '#e3a2c8'],
};
const SERIES = 5;

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** What the picture shows, for those who cannot see it. */
  readonly title: string;
}

/** The tone of the series at a place. Later ones begin again. */
export function seriesTone(place: number): Tone {
  return `series-${place % SERIES}` as SeriesTone;
}

/**
 * A self-contained SVG without script and font. It has a background of its own, so that it is readable wherever the
 * browser and the page disagree about light and dark.
 */
export function drawPicture({ width, height, title }: Picture, parts: readonly string[]): string {
  const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="sans-serif" role="img">`,
    `<title>${escape(title)}</title>`,
    `<style>${listRules(0)}@media (prefers-color-scheme: dark) {${listRules(1)}}</style>`,
    `<rect class="background" width="${width}" height="${height}"/>`,
    ...parts,
    '</svg>',
  ];
  return `${lines.join('\n')}\n`;
}

function listRules(mode: 0 | 1): string {
  const rules = Object.entries(COLORS).map(
    ([name, colors]) => `.${name}{fill:${colors[mode]}}.line-${name}{stroke:${colors[mode]}}`,
  );
  return `${rules.join('')}.halo{stroke:${COLORS.background[mode]}}`;
}

export interface Line {
  readonly from: readonly [x: number, y: number];
  readonly to: readonly [x: number, y: number];
  readonly tone: Tone;
  readonly width?: number;
  readonly dashed?: boolean;
}

export function drawLine({ from, to, tone, width = 1, dashed = false }: Line): string {
  const dash = dashed ? ' stroke-dasharray="7 5"' : '';
  const [x1, y1, x2, y2] = [...from, ...to].map(round);
  return `<line class="line-${tone}" x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke-width="${width}"${dash}/>`;
}

export interface Text {
  readonly x: number;
  readonly y: number;
  readonly size?: number;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly bold?: boolean;
  readonly tone?: Tone;
  readonly turned?: boolean;
}

/** A text with an outline in the color of the background, so that it is readable on top of dots and lines. */
export function drawText(
  content: string,
  { x, y, size = 13, anchor = 'start', bold, tone = 'ink', turned }: Text,
): string {
  const at = turned ? `transform="translate(${round(x)} ${round(y)}) rotate(-90)"` : `x="${round(x)}" y="${round(y)}"`;
  const weight = bold ? ' font-weight="bold"' : '';
  const halo = 'stroke-width="3" stroke-linejoin="round" paint-order="stroke"';
  return `<text class="${tone} halo" ${at} font-size="${size}" text-anchor="${anchor}"${weight} ${halo}>${escape(content)}</text>`;
}

export interface Dot {
  readonly x: number;
  readonly y: number;
  readonly tone: Tone;
  readonly radius?: number;
  /** From 0 to 1. */
  readonly opacity?: number;
  /** Shown when the pointer is over the dot. */
  readonly hint?: string;
}

export function drawDot({ x, y, tone, radius = 3.2, opacity = 1, hint }: Dot): string {
  const clear = opacity === 1 ? '' : ` fill-opacity="${opacity}"`;
  const dot = `<circle class="${tone}" cx="${round(x)}" cy="${round(y)}" r="${radius}"${clear}`;
  return hint === undefined ? `${dot}/>` : `${dot}><title>${escape(hint)}</title></circle>`;
}

/** Names with their colors in a row, or in several if there are many. @param from the left end and the height of the row */
export function drawLegend(
  names: readonly { readonly name: string; readonly tone: Tone }[],
  from: readonly [x: number, y: number],
  width: number,
): string[] {
  let [x, y] = from;
  return names.flatMap(({ name, tone }) => {
    // The approximate width of a letter. With another font, the next entry only moves.
    const wide = 30 + name.length * 7;
    if (x + wide > width) [x, y] = [from[0], y + 20];
    const at = x;
    x += wide;
    return [drawDot({ x: at + 5, y, tone, radius: 5 }), drawText(name, { x: at + 15, y: y + 4 })];
  });
}

export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** XML's own characters, and control characters, which no SVG may have. */
function escape(content: string): string {
  return content
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replace(CONTROL, ' ');
}

// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
