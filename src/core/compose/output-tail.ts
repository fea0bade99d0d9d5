/** How much of the end of a session's output is kept for its result. */
export const TAIL_BYTES = 4 * 1024 * 1024;
/** How often a result is looked for at another place. It bounds the time for output that only looks like JSON. */
const MOST_TRIES = 20_000;

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
    return findLastObject(this.lines.slice(this.first));
  }
}

function findLastObject(lines: readonly string[]): string | undefined {
  const text = lines.join('\n');
  const offsets: number[] = [];
  for (let offset = 0, line = 0; line < lines.length; offset += lines[line]!.length + 1, line++) offsets.push(offset);
  const begins = lines.flatMap((line, index) => (line.trimStart().startsWith('{') ? [index] : []));
  let tries = 0;
  for (let end = lines.length - 1; end >= 0; end--) {
    if (!lines[end]!.trimEnd().endsWith('}')) continue;
    const before = begins.filter((begin) => begin <= end).toReversed();
    const indent = indentOf(lines[end]!);
    const hasSameIndent = (begin: number): boolean => indentOf(lines[begin]!) === indent;
    // An object that is printed for people begins and ends with the same indent, and its inner objects do not.
    for (const begin of [...before.filter(hasSameIndent), ...before.filter((one) => !hasSameIndent(one))]) {
      if (++tries > MOST_TRIES) return undefined;
      // An inner object with the end of an outer one does not parse: it has a brace too many.
      const candidate = text.slice(offsets[begin], offsets[end]! + lines[end]!.length);
      if (isJson(candidate)) return candidate.trim();
    }
  }
  return undefined;
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
