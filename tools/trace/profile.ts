/** The part of V8's CPU profile that is used here. Times in µs. */
export interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
    readonly children?: readonly number[];
  }[];
  /** On the system's monotonic clock. */
  readonly startTime: number;
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

export interface Frame {
  readonly functionName: string;
  readonly url: string;
  /** From 0. */
  readonly line: number;
}

/** One sample: the stack that ran from `at` on, in µs on the monotonic clock, innermost frame first. */
export interface Slice {
  readonly at: number;
  readonly us: number;
  readonly stack: readonly Frame[];
}

export function readSlices({ nodes, startTime, samples, timeDeltas }: Profile): Slice[] {
  const stacks = collectStacks(nodes);
  const slices: Slice[] = [];
  let at = startTime + (timeDeltas[0] ?? 0);
  for (const [index, id] of samples.entries()) {
    // A delta is the time since the previous sample.
    const us = timeDeltas[index + 1] ?? 0;
    if (us > 0) slices.push({ at, us, stack: stacks.get(id) ?? [] });
    at += us;
  }
  return slices;
}

function collectStacks(nodes: Profile['nodes']): ReadonlyMap<number, readonly Frame[]> {
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const frameOf = (id: number): Frame => {
    const { functionName, url, lineNumber } = byId.get(id)!.callFrame;
    return { functionName, url, line: lineNumber };
  };
  return new Map(
    nodes.map(({ id }) => {
      const stack: Frame[] = [];
      for (let one: number | undefined = id; one !== undefined; one = parents.get(one)) stack.push(frameOf(one));
      return [id, stack];
    }),
  );
}
