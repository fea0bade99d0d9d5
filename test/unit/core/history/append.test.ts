import { expect, test } from '@jest/globals';
import { appendRun, changeHistory } from '../../../../src/core/history/append.js';
import { renderRun } from '../../../../src/core/history/entry.js';
import { mergeHistories } from '../../../../src/core/history/merge.js';
import { createS3Place } from '../../../../src/core/history/s3-place.js';
import { FakeClock } from '../../../worlds/fake-clock.js';
import { FakeS3 } from '../../../worlds/fake-store.js';
import { FakePlace, runOf } from '../../../worlds/past-runs.js';

const tools = { clock: new FakeClock(), random: () => 0.5 };

test('a run is added to a history that does not exist yet, and to one that does', async () => {
  const place = new FakePlace();
  for (const day of [1, 2]) await appendRun(place, runOf(day), tools);
  expect(place.text).toBe(renderRun(runOf(1)) + renderRun(runOf(2)));
});

test('of many writers at once, no run is lost', async () => {
  const s3 = new FakeS3();
  await s3.raw.createBucket('b');
  const place = createS3Place(await s3.open('b'), 'history.jsonl');
  expect(place.name).toBe('s3://b/history.jsonl');
  await Promise.all(Array.from({ length: 12 }, (_, day) => appendRun(place, runOf(day), tools)));
  const lines = Buffer.from((await place.read(1e6))!.bytes)
    .toString()
    .split(/(?<=\n)/);
  expect(lines.toSorted()).toEqual(Array.from({ length: 12 }, (_, day) => renderRun(runOf(day))).toSorted());
});

test('a run is added once, although the answer to the first write was lost', async () => {
  const place = new FakePlace();
  place.before = () => {
    place.before = undefined;
    place.write(renderRun(runOf(1)));
  };
  await appendRun(place, runOf(1), tools);
  expect(place.text).toBe(renderRun(runOf(1)));
});

test('a line that was cut off is ended before the next one', async () => {
  const place = new FakePlace();
  place.write('{"schema":1,"id":"cut');
  await appendRun(place, runOf(1), tools);
  expect(place.text).toBe(`{"schema":1,"id":"cut\n${renderRun(runOf(1))}`);
});

test('a change is made to what a faster writer left', async () => {
  const place = new FakePlace();
  place.write(renderRun(runOf(1)));
  place.before = () => {
    place.before = undefined;
    place.write(place.text + renderRun(runOf(3)));
  };
  const other = Buffer.from(renderRun(runOf(2)));
  await changeHistory(place, (bytes) => mergeHistories(bytes, other), tools);
  expect(place.text).toBe([1, 2, 3].map((day) => renderRun(runOf(day))).join(''));
});

test('a change that changes nothing writes nothing', async () => {
  const place = new FakePlace();
  place.before = () => {
    throw new Error('written');
  };
  expect(await changeHistory(place, (bytes) => bytes, tools)).toHaveLength(0);
});

test('an append gives up after five minutes of faster writers', async () => {
  const clock = new FakeClock();
  const place = new FakePlace();
  place.before = () => place.write(place.text + renderRun(runOf(clock.now() % 1_000)));
  const began = clock.now();
  await expect(appendRun(place, runOf(1_001), { clock, random: () => 1 })).rejects.toMatchObject({
    code: 'history-busy',
  });
  expect(clock.now() - began).toBe(300_000);
});
