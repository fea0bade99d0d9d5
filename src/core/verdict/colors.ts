// eslint-disable-next-line no-control-regex
const COLOR = /\u001b\[[\d;]*m/g;

/** A line of output without its colors and the white space at its end. */
export function withoutColors(line: string): string {
  return line.replace(COLOR, '').trimEnd();
}
