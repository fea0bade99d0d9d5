import { expect } from '@jest/globals';
import { appendRun } from '../../src/core/history/append.js';
import { renderRun } from '../../src/core/history/entry.js';
import type { HistoryPlace } from '../../src/core/ports/history.js';
import { runOf } from '../worlds/past-runs.js';
import { wallClock } from './aws-environment.js';
import { describeContract, type Case } from './contract.js';

export interface HistoryWorld {
  readonly place: HistoryPlace;
  close(): void | Promise<void>;
}

const bytesOf = (text: string): Uint8Array => Buffer.from(text);
const textOf = async (place: HistoryPlace): Promise<string | undefined> => {
  const stored = await place.read(1_000_000);
  return stored && Buffer.from(stored.bytes).toString();
};

const CASES: Readonly<Record<string, Case<HistoryWorld, object>>> = {
  'a history that does not exist is none': {
    run: async ({ place }) => expect(await place.read(100)).toBeUndefined(),
  },
  'a history is read as it was written': {
    run: async ({ place }) => {
      expect(await place.replace(bytesOf('größe\n'), undefined)).toBe(true);
      expect(await textOf(place)).toBe('größe\n');
      expect(await place.replace(bytesOf('größe\nzwei\n'), (await place.read(100))!.version)).toBe(true);
      expect(await textOf(place)).toBe('größe\nzwei\n');
    },
  },
  'of two writers of one version, one writes': {
    run: async ({ place }) => {
      await place.replace(bytesOf('1\n'), undefined);
      expect(await place.replace(bytesOf('other\n'), undefined)).toBe(false);
      const { version } = (await place.read(100))!;
      const wrote = await Promise.all(['a\n', 'b\n'].map((text) => place.replace(bytesOf(text), version)));
      expect(wrote.filter(Boolean)).toHaveLength(1);
      expect(await textOf(place)).toBe(wrote[0] ? 'a\n' : 'b\n');
      expect(await place.replace(bytesOf('late\n'), version)).toBe(false);
    },
  },
  'of many writers, no run is lost': {
    run: async ({ place }) => {
      const days = [0, 1, 2, 3];
      // git takes as long as it takes on a busy machine; only the waits are shorter.
      const clock = { ...wallClock, sleep: (ms: number) => wallClock.sleep(ms / 30) };
      const tools = { clock, random: Math.random };
      await Promise.all(days.map((day) => appendRun(place, runOf(day), tools)));
      expect((await textOf(place))!.split(/(?<=\n)/).toSorted()).toEqual(days.map((day) => renderRun(runOf(day))));
    },
  },
  'a history that is larger than asked for is a failure': {
    run: async ({ place }) => {
      await place.replace(bytesOf('12345'), undefined);
      await expect(place.read(4)).rejects.toMatchObject({
        code: expect.stringMatching(/history-too-large|aws-rejected/),
      });
    },
  },
};

/** Holds one implementation of `HistoryPlace` to all cases. */
export function describeHistory(title: string, createWorld: () => HistoryWorld | Promise<HistoryWorld>): void {
  describeContract<HistoryWorld, object>(title, { cases: CASES, createWorld });
}
