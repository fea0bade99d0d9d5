/** A fault throws before the call takes effect (default) or, like a lost answer, after it. */
export interface FakeFault {
  readonly error: Error;
  readonly afterEffect?: boolean;
  /** How many calls fail. Default: 1. */
  readonly times?: number;
}

/** The planned faults of a fake. */
export class FakeFaults<Operation extends string> {
  private readonly planned = new Map<Operation, { error: Error; afterEffect: boolean; times: number }>();

  plan(operation: Operation, fault: FakeFault): void {
    this.planned.set(operation, { afterEffect: false, times: 1, ...fault });
  }

  clear(): void {
    this.planned.clear();
  }

  async answer<T>(operation: Operation, effect: () => T): Promise<T> {
    // Like a real call, this one is never answered in the same turn.
    await Promise.resolve();
    const fault = this.planned.get(operation);
    if (!fault) return effect();
    if (--fault.times <= 0) this.planned.delete(operation);
    if (fault.afterEffect) effect();
    throw fault.error;
  }
}
