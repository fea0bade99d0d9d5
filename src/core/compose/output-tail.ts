/** How much of the end of a session's output is kept for its result. */
export const TAIL_BYTES = 4 * 1024 * 1024;
/** How much text is parsed in search of the result. It bounds the time for output that only looks like JSON. */
const PARSED_BYTES = 64 * TAIL_BYTES;

/** The end of a program's output, as lines, of a bounded size. */
export class OutputTail {
  private lines: string[] = [];
  /** Lines before this index are dropped; the array is cut only now and then, because cutting copies it. */
  private first = 0;
  private size = 0;

  constructor(private readonly mostBytes = TAIL_BYTES) {}

  write(line: string): void {
    this.lines.push(line);
    this.size += line.length + 1;
    while (this.size > this.mostBytes && this.first < this.lines.length) {
      this.size -= this.lines[this.first]!.length + 1;
      this.lines[this.first] = '';
      this.first++;
    }
    if (this.first > 1024 && this.first > this.lines.length / 2) {
      this.lines = this.lines.slice(this.first);
      this.first = 0;
    }
  }

  /** The last JSON object that has lines of its own: one line, or several. `undefined`: there is none. */
  findLastJson(): string | undefined {
    const lines = this.lines.slice(this.first);
    let left = PARSED_BYTES;
    for (let end = lines.length - 1; end >= 0; end--) {
      if (!lines[end]!.trimEnd().endsWith('}')) continue;
      for (let begin = end; begin >= 0 && left > 0; begin--) {
        if (!lines[begin]!.trimStart().startsWith('{')) continue;
        const text = lines
          .slice(begin, end + 1)
          .join('\n')
          .trim();
        left -= text.length;
        // An inner object that ends in the same line as the outer one has a brace too many: it does not parse.
        if (isJson(text)) return text;
      }
    }
    return undefined;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
