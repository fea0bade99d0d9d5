/** How many of the last lines of a program belong to a message. */
const COUNT = 20;
/** A longer line is cut. */
const LENGTH = 500;
/** What Compose prints of its progress, which explains nothing. */
const PROGRESS =
  /^\s*(?:(?:Container|Network|Volume|Image)\s.*(?:Creat|Start|Wait|Run|Heal|Recreat|Stop|Remov|Pull)\w*|time="[^"]*" level=(?:warning|debug|info).*|#\d+ .*DONE.*)\s*$/;

/** Keeps the last lines of an output of any size. */
export class LastLines {
  private lines: string[] = [];

  constructor(private readonly count = COUNT) {}

  readonly add = (line: string): void => {
    if (line.trim() === '') return;
    this.lines.push(line.length > LENGTH ? `${line.slice(0, LENGTH)}…` : line);
    if (this.lines.length > this.count) this.lines.shift();
  };

  all(): readonly string[] {
    return this.lines;
  }

  text(): string {
    return this.lines.join('\n');
  }

  /** The last few lines that are not progress; all of them if there are no others. */
  meaningful(count = 5): readonly string[] {
    const kept = this.lines.filter((line) => !PROGRESS.test(line));
    return (kept.length > 0 ? kept : this.lines).slice(-count);
  }
}
