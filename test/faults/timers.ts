interface Entry {
  readonly due: number;
  readonly action: () => void;
  readonly timer: NodeJS.Timeout;
}

/**
 * Timers of instances. They fire by themselves and, once nothing else is going on, can be fired ahead of time, so that
 * hours on an instance cost nothing. `now` is the time on the instances' clock.
 */
export class Timers {
  private readonly entries = new Set<Entry>();
  private ahead = 0;

  now(): number {
    return Date.now() + this.ahead;
  }

  after(ms: number, action: () => void): void {
    const fire = (): void => {
      this.entries.delete(entry);
      action();
    };
    const entry: Entry = { due: this.now() + ms, action: fire, timer: setTimeout(fire, ms) };
    this.entries.add(entry);
  }

  /** Fires the next timer. @returns false when there is none */
  fireNext(): boolean {
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
