import { type TextReader, UnreadableError } from './reading.js';

/** In characters. A line of our own format with a million samples is shorter. */
const LONGEST_LINE = 32 * 2 ** 20;

/** Splits a text into lines. Empty lines are left out, but counted. */
export class LineReader implements TextReader {
  private rest = '';
  private count = 0;

  /** @param take a line without its end, and its number from 1 */
  constructor(private readonly take: (line: string, number: number) => void) {}

  write(text: string): void {
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      this.emit(this.rest + text.slice(from, end));
      this.rest = '';
      from = end + 1;
    }
    this.rest += text.slice(from);
    if (this.rest.length > LONGEST_LINE) {
      throw new UnreadableError(`has more than ${LONGEST_LINE} characters in line ${this.count + 1}`);
    }
  }

  close(): void {
    if (this.rest !== '') this.emit(this.rest);
    this.rest = '';
  }

  private emit(line: string): void {
    this.count += 1;
    const content = line.endsWith('\r') ? line.slice(0, -1) : line;
    if (content.trim() !== '') this.take(content, this.count);
  }
}
