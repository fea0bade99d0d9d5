/** The timers of one sandbox region. They do not keep the process alive. */
export class Clock {
  isClosed = false;
  private readonly timers = new Set<NodeJS.Timeout>();

  /** Runs `action` later, unless the clock is closed by then. */
  after(ms: number, action: () => void): void {
    if (this.isClosed) return;
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      action();
    }, ms);
    timer.unref();
    this.timers.add(timer);
  }

  close(): void {
    this.isClosed = true;
    for (const timer of this.timers) clearTimeout(timer);
  }
}
