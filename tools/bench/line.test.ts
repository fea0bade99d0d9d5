import { expect, test } from '@jest/globals';
import { lineUp } from './line.js';

test('no task continues before all have arrived; then they run one after the other, by place', async () => {
  const said: string[] = [];
  const take = lineUp(3);
  const act = (name: string) => async () => {
    said.push(`${name} begins`);
    await Promise.resolve();
    said.push(`${name} ends`);
    return name;
  };
  const early = [take(2, act('third')), take(0, act('first'))];
  await Promise.resolve();
  expect(said).toEqual([]);
  expect(await Promise.all([...early, take(1, act('second'))])).toEqual(['third', 'first', 'second']);
  expect(said).toEqual(['first', 'second', 'third'].flatMap((name) => [`${name} begins`, `${name} ends`]));
});

test('a task that fails does not block the tasks behind it', async () => {
  const take = lineUp(2);
  const failing = take(0, () => Promise.reject(new Error('broken')));
  await expect(Promise.all([failing.catch(String), take(1, () => Promise.resolve('well'))])).resolves.toEqual([
    'Error: broken',
    'well',
  ]);
});
