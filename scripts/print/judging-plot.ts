import { renderPlot } from '../../src/core/plot/grouped-plot.js';

export const JUDGING = 'docs/inside/judging.md';
export const JUDGING_PLOT = 'docs/inside/judging.svg';

/** Shares, from 0 to 1, by the heading of their column. */
export type JudgingFigures = Readonly<Record<string, number>>;

/** The figures in the table of {@link JUDGING}, by program. @throws Error if there is none */
export function readJudgingFigures(page: string): ReadonlyMap<string, JudgingFigures> {
  const [head, , ...rows] = page.split('\n').filter((line) => line.startsWith('| '));
  if (head === undefined || rows.length === 0) throw new Error(`${JUDGING} has no table of figures.`);
  const cellsOf = (line: string): string[] =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
  const [, ...names] = cellsOf(head);
  return new Map(
    rows.map(cellsOf).map(([program = '', ...shares]) => {
      return [program, Object.fromEntries(names.map((name, at) => [name, Number.parseFloat(shares[at]!) / 100]))];
    }),
  );
}

/** The figures as a plot: a group for each column, a dot for each program. SVG. */
export function drawJudging(page: string): string {
  const figures = [...readJudgingFigures(page)];
  const columns = Object.keys(figures[0]![1]);
  return renderPlot({
    title: 'Change points of 1,200 histories',
    xLabel: 'false alarms: lower is better; all others: higher is better',
    yLabel: '%',
    order: figures.map(([program]) => program),
    groups: columns.map((label) => ({
      label,
      series: figures.map(([name, shares]) => ({ name, samples: [Number((shares[label]! * 100).toFixed(1))] })),
    })),
  });
}
