import { describe, expect, test } from '@jest/globals';
import { readKept, renderKeepUntil } from '../../../../src/core/kernel/kept.js';
import { attachCadence, findFreeDevice } from '../../../../src/core/volumes/attach.js';
import { labelOf, parseVolumeTag, renderVolumeTag } from '../../../../src/core/volumes/tags.js';

describe("An instance's tag of its data volume", () => {
  test.each([
    { key: 'docker', volumeId: 'vol-0a1b' },
    { key: 'docker', volumeId: 'vol-0a1b', snapshot: { keep: 3, days: 14 } },
    { key: 'vol-0a1b', volumeId: 'vol-0a1b' },
    { key: 'docker' },
  ])('is read as it was written: %j', (volume) => {
    expect(parseVolumeTag(renderVolumeTag(volume))).toEqual(volume);
  });

  test.each([
    '',
    'docker',
    'docker vol-x',
    'docker vol-0a snapshot',
    'docker vol-0a snapshot keep=many days=14',
    'a b vol-0a',
  ])('is not read in any other form: %j', (text) => {
    expect(parseVolumeTag(text)).toBeUndefined();
  });
});

test('The label of a file system has at most 16 characters and depends on the name or id alone', () => {
  expect(labelOf({ name: 'docker' })).toMatch(/^ci-[0-9a-f]{13}$/);
  expect(labelOf({ name: 'docker' })).toBe(labelOf({ name: 'docker' }));
  expect(labelOf({ name: 'docker2' })).not.toBe(labelOf({ name: 'docker' }));
  expect(labelOf({ id: 'vol-0a1b' })).toHaveLength(16);
});

describe('The time until when something is kept', () => {
  const kept = (until?: string, volume?: string) =>
    readKept({
      ...(until !== undefined && { 'ci-actions:keep-until': until }),
      ...(volume && { 'ci-actions:volume': volume }),
    });

  test('is read as it was written', () => {
    expect(kept(renderKeepUntil(0, 14))).toEqual({ until: 14 * 86_400_000 });
    expect(kept('2026-01-01T00:00:00Z')).toEqual({ until: Date.UTC(2026, 0, 1) });
  });

  test.each(['', 'tomorrow', '2026-01-01', '2026-13-01T00:00:00Z', '14'])('is in doubt: %j', (text) => {
    expect(kept(text)).toEqual({ doubt: expect.stringContaining('which is not a time') });
  });

  test('is in doubt where it is missing on something of a name', () => {
    expect(kept(undefined, 'docker')).toEqual({ doubt: 'its tag ci-actions:keep-until is missing' });
    expect(kept()).toBeUndefined();
  });
});

test('The device is the first one that the image does not use, under both of its names', () => {
  const free = (...names: readonly string[]) => findFreeDevice(names.map((deviceName) => ({ deviceName })));
  expect(free('/dev/sda1')).toBe('/dev/sdf');
  expect(free('/dev/sda1', '/dev/sdf', '/dev/xvdg')).toBe('/dev/sdh');
  expect(() => free(...'fghijklmnop'.split('').map((letter) => `/dev/sd${letter}`))).toThrow(
    'on all of /dev/sdf to /dev/sdp',
  );
});

test('A start tries to attach every second at first, and less often later', () => {
  expect([0, 19_999, 20_000, 200_000].map(attachCadence)).toEqual([1_000, 1_000, 3_000, 3_000]);
});
