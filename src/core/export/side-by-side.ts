/**
 * Runs `work` for all items, at most `count` at once, in their order. After the first error no other item is begun; the
 * error is thrown when what was begun has ended.
 */
export async function sideBySide<T>(
  items: readonly T[],
  count: number,
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const errors: unknown[] = [];
  const run = async (): Promise<void> => {
    while (next < items.length && errors.length === 0) {
      const index = next++;
      await work(items[index]!, index).catch((error: unknown) => void errors.push(error));
    }
  };
  await Promise.all(Array.from({ length: Math.min(count, items.length) }, run));
  if (errors.length > 0) throw errors[0];
}
