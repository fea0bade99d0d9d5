/**
 * Finds a circle in a graph of any depth.
 *
 * @param needs the indexes that each index needs
 * @returns the indexes of one circle, each needing the next and the last the first; `undefined` if there is none
 */
export function findCircle(needs: readonly (readonly number[])[]): readonly number[] | undefined {
  const isDone = needs.map(() => false);
  for (const start of needs.keys()) {
    const circle = isDone[start] ? undefined : walk(start, needs, isDone);
    if (circle) return circle;
  }
  return undefined;
}

/** Without recursion: a chain of 10,000 is deeper than the stack. */
function walk(start: number, needs: readonly (readonly number[])[], isDone: boolean[]): readonly number[] | undefined {
  const path = [{ at: start, next: 0 }];
  const onPath = new Set([start]);
  while (path.length > 0) {
    const step = path.at(-1)!;
    const next = needs[step.at]![step.next++];
    if (next === undefined) {
      isDone[step.at] = true;
      onPath.delete(step.at);
      path.pop();
    } else if (onPath.has(next)) {
      const nodes = path.map(({ at }) => at);
      return nodes.slice(nodes.indexOf(next));
    } else if (!isDone[next]) {
      path.push({ at: next, next: 0 });
      onPath.add(next);
    }
  }
  return undefined;
}
