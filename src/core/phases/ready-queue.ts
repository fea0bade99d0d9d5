import type { Slots } from './phase.js';

interface Entry {
  readonly item: number;
  /** The order in which entries became ready. */
  readonly turn: number;
}

/** Entries that take the same slots. Only the first of them can be next. */
interface Lane {
  readonly taken: readonly (readonly [string, number])[];
  readonly entries: Entry[];
  head: number;
}

/**
 * What is ready to run and waits for slots: the first that became ready is the first to get them. One that needs several
 * slots of a kind is not overtaken by later ones of that kind, which would keep it waiting for ever.
 */
export class ReadyQueue {
  private readonly free: Map<string, number>;
  private readonly lanes = new Map<string, Lane>();
  private turn = 0;

  constructor(slots: Slots) {
    this.free = new Map(Object.entries(slots));
  }

  add(item: number, slots: Slots): void {
    const taken = Object.entries(slots).toSorted(([a], [b]) => (a < b ? -1 : 1));
    const key = JSON.stringify(taken);
    const lane = this.lanes.get(key) ?? { taken, entries: [], head: 0 };
    this.lanes.set(key, lane);
    lane.entries.push({ item, turn: this.turn++ });
  }

  /**
   * Takes the slots of the next item that can run.
   *
   * @param stays whether the item is still the first of its lane afterwards, because more of it can run side by side
   * @returns `undefined`: none can run now
   */
  take(stays: (item: number) => boolean): number | undefined {
    const blocked = new Set<string>();
    for (const lane of this.inOrder()) {
      const isFree = lane.taken.every(([kind, count]) => !blocked.has(kind) && (this.free.get(kind) ?? 0) >= count);
      if (isFree) {
        for (const [kind, count] of lane.taken) this.free.set(kind, (this.free.get(kind) ?? 0) - count);
        const { item } = lane.entries[lane.head]!;
        if (!stays(item)) lane.head += 1;
        return item;
      }
      for (const [kind] of lane.taken) blocked.add(kind);
    }
    return undefined;
  }

  giveBack(slots: Slots): void {
    for (const [kind, count] of Object.entries(slots)) this.free.set(kind, (this.free.get(kind) ?? 0) + count);
  }

  /** Removes and returns everything that has not been taken. */
  drain(): readonly number[] {
    const items = this.inOrder().flatMap(({ entries, head }) => entries.slice(head).map(({ item }) => item));
    this.lanes.clear();
    return items;
  }

  private inOrder(): readonly Lane[] {
    const waiting = [...this.lanes.values()].filter(({ entries, head }) => head < entries.length);
    return waiting.toSorted((a, b) => a.entries[a.head]!.turn - b.entries[b.head]!.turn);
  }
}
