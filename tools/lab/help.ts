import type { Tool } from './tools.js';

/** Text for `npm run lab`: every tool in a line, with how long it takes. */
export function describeTools(tools: Readonly<Record<string, Tool>>): string {
  const rows = Object.entries(tools).map(([name, { summary, takes }]) => [name, takes, summary] as const);
  const width = (column: 0 | 1): number => Math.max(...rows.map((row) => row[column].length));
  const [nameWidth, timeWidth] = [width(0), width(1)];
  return [
    'npm run lab -- NAME [options]',
    '',
    ...rows.map(([name, time, summary]) => `  ${name.padEnd(nameWidth)}  ${time.padEnd(timeWidth)}  ${summary}`),
    '',
    'npm run lab -- NAME --help prints the options.',
  ].join('\n');
}
