/** Captured here, because some programs that show their progress replace the clock later. */
const { setInterval, clearInterval, performance } = globalThis;
const realNow = performance.now.bind(performance);

const MINUTE_MS = 60_000;
const TICK_MS = 1_000;
/** For a terminal that does not report its width. */
const USUAL_COLUMNS = 80;
const CLEAR_LINE = '\r\u001B[K';

export interface ProgressOptions {
  /** What is counted, in the plural: `mutants`. */
  readonly what: string;
  readonly total: number;
  /** False if steps take very different times, so that those done say nothing about the rest. */
  readonly estimate?: boolean;
  /** Default: stderr, so that results on stdout can be piped. */
  readonly stream?: ProgressStream;
  /** In ms. */
  readonly now?: () => number;
  /** Calls `tick` about once a second. @returns how to stop that */
  readonly every?: (tick: () => void) => () => void;
}

export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/**
 * Shows how far a long run is and how long the rest will take: on a terminal as one line that is redrawn, in a log as
 * one line a minute.
 *
 * @example
 * const progress = new Progress({ what: 'mutants', total: 60 });
 * progress.begin('reap/rules.ts:17');
 * progress.above(() => console.log('killed reap/rules.ts:17'));
 * progress.finish();
 * progress.close();
 */
export class Progress {
  private finished = 0;
  private current = '';
  private readonly began: number;
  private lastLine: number;
  private readonly stop: () => void;
  private readonly stream: ProgressStream;
  private readonly now: () => number;

  constructor(private readonly options: ProgressOptions) {
    this.stream = options.stream ?? process.stderr;
    this.now = options.now ?? realNow;
    this.began = this.now();
    this.lastLine = this.began;
    this.stop = (options.every ?? everySecond)(() => this.tick());
    this.draw();
  }

  /** Names the step that is running now. */
  begin(step: string): void {
    this.current = step;
    this.draw();
  }

  /** Counts steps that have ended. */
  finish(count = 1): void {
    this.finished += count;
    this.draw();
  }

  /** Lets the program print whole lines, which stand above the moving line. */
  above(print: () => void): void {
    if (this.stream.isTTY) this.stream.write(CLEAR_LINE);
    print();
    this.draw();
  }

  /** Clears the moving line and stops the timer. */
  close(): void {
    this.stop();
    if (this.stream.isTTY) this.stream.write(CLEAR_LINE);
  }

  private tick(): void {
    if (this.stream.isTTY) {
      this.draw();
    } else if (this.now() - this.lastLine >= MINUTE_MS) {
      this.lastLine = this.now();
      this.stream.write(`${this.describe()}\n`);
    }
  }

  private draw(): void {
    if (this.stream.isTTY)
      this.stream.write(CLEAR_LINE + this.describe().slice(0, (this.stream.columns || USUAL_COLUMNS) - 1));
  }

  private describe(): string {
    const { total, what, estimate = true } = this.options;
    const elapsed = this.now() - this.began;
    const left = this.finished === 0 || !estimate ? undefined : (elapsed / this.finished) * (total - this.finished);
    return [
      `${this.finished} of ${total} ${what}`,
      `${formatDuration(elapsed)} so far`,
      ...(left === undefined ? [] : [`about ${formatDuration(left)} left`]),
      ...(this.current === '' ? [] : [this.current]),
    ].join(', ');
  }
}

/** `45 s`, `3 min 20 s`, `1 h 5 min`. */
export function formatDuration(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function everySecond(tick: () => void): () => void {
  const timer = setInterval(tick, TICK_MS);
  // The display must not keep a finished program running.
  timer.unref();
  return () => clearInterval(timer);
}
