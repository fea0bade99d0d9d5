import { expect, test } from '@jest/globals';
import { Buffers } from '../../../../src/core/export/buffers.js';

test('A buffer beyond the budget waits until others are given back, in the order of the calls', async () => {
  const buffers = new Buffers(10);
  const order: string[] = [];
  const ends = new Map<string, () => void>();
  const use = (name: string, size: number) =>
    buffers.use(size, async ({ length }) => {
      order.push(`${name} ${length}`);
      await new Promise<void>((end) => ends.set(name, end));
    });
  const pause = () => new Promise((resolve) => setTimeout(resolve, 1));
  const all = [use('a', 6), use('b', 6), use('c', 2), use('huge', 30)];
  await pause();
  expect(order).toEqual(['a 6']);
  ends.get('a')!();
  await pause();
  expect(order).toEqual(['a 6', 'b 6', 'c 2']);
  for (const name of ['b', 'c']) ends.get(name)!();
  await pause();
  expect(order.at(-1)).toBe('huge 30');
  ends.get('huge')!();
  await Promise.all(all);
});

test('A use that fails gives its buffer back', async () => {
  const buffers = new Buffers(10);
  for (let round = 0; round < 3; round++) {
    await expect(buffers.use(10, async () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  }
});
