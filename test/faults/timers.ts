interface Entry {
  readonly due: number;
  readonly action: () => void;
  readonly timer: NodeJS.Timeout;
}

/**
 * Timers of machines: they ring by themselves and, once nothing else is going on, can be rung ahead of their time.
 * Hours on an instance then cost nothing, and `now` still says what its clock would.
 */
export class Timers {
  private readonly entries = new Set<Entry>();
  private ahead = 0;

  now(): number {
    return Date.now() + this.ahead;
  }

  after(ms: number, action: () => void): void {
    const ring = (): void => {
      this.entries.delete(entry);
      action();
    };
    const entry: Entry = { due: this.now() + ms, action: ring, timer: setTimeout(ring, ms) };
    this.entries.add(entry);
  }

  /** Rings what would ring next. @returns false when there is nothing */
  ringNext(): boolean {
    const [next] = [...this.entries].sort((one, other) => one.due - other.due);
    if (!next) return false;
    clearTimeout(next.timer);
    this.ahead += Math.max(0, next.due - this.now());
    next.action();
    return true;
  }

  clear(): void {
    for (const { timer } of this.entries) clearTimeout(timer);
    this.entries.clear();
  }
}
