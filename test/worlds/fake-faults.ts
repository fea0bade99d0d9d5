/** What a fault does: throw before the effect (default) or, as a lost answer does, after it. */
export interface FakeFault {
  readonly error: Error;
  readonly afterEffect?: boolean;
  /** How many calls fail. Default 1. */
  readonly times?: number;
}

/** The calls of a fake that are to fail. */
export class FakeFaults<Operation extends string> {
  private readonly planned = new Map<Operation, { error: Error; afterEffect: boolean; times: number }>();

  plan(operation: Operation, fault: FakeFault): void {
    this.planned.set(operation, { afterEffect: false, times: 1, ...fault });
  }

  clear(): void {
    this.planned.clear();
  }

  async answer<T>(operation: Operation, effect: () => T): Promise<T> {
    // A real call is never answered within the same turn; neither is this one.
    await Promise.resolve();
    const fault = this.planned.get(operation);
    if (!fault) return effect();
    if (--fault.times <= 0) this.planned.delete(operation);
    if (fault.afterEffect) effect();
    throw fault.error;
  }
}
