import type { PastRun } from '../../src/core/history/entry.js';
import type { HistoryPlace, StoredHistory } from '../../src/core/ports/history.js';

const DAY_MS = 86_400_000;
const FIRST = Date.UTC(2026, 0, 1);

/** The run of a day, counted from the first of January. */
export function runOf(day: number, more: Partial<PastRun> = {}): PastRun {
  return {
    id: `run-${day}`,
    at: FIRST + day * DAY_MS,
    commit: `c${day}`,
    branch: 'main',
    machine: { type: 'm7g.xlarge', image: 'ami-0123', kernel: '6.8.0' },
    figures: new Map([['latency', { value: day, unit: 's', better: 'lower', count: 5 }]]),
    ...more,
  };
}

/** A history in memory. */
export class FakePlace implements HistoryPlace {
  readonly name = 'memory';
  stored: StoredHistory | undefined;
  /** Called before each write. */
  before: (() => void | Promise<void>) | undefined;
  private version = 0;

  get text(): string {
    return Buffer.from(this.stored?.bytes ?? []).toString();
  }

  write(text: string): void {
    this.version += 1;
    this.stored = { bytes: Buffer.from(text), version: String(this.version) };
  }

  async read(): Promise<StoredHistory | undefined> {
    return this.stored;
  }

  async replace(bytes: Uint8Array, version: string | undefined): Promise<boolean> {
    await this.before?.();
    if (this.stored?.version !== version) return false;
    this.write(Buffer.from(bytes).toString());
    return true;
  }
}
