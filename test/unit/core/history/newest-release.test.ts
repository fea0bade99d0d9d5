import { describe, expect, test } from '@jest/globals';
import { newestRelease } from '../../../../src/core/history/newest-release.js';
import { runOf } from '../../../worlds/past-runs.js';

const runsOf = (tags: readonly (string | undefined)[]) =>
  tags.map((tag, index) => runOf(index + 1, tag === undefined ? {} : { tag }));
const find = (tags: readonly (string | undefined)[], own?: string): string | undefined =>
  newestRelease(runsOf(tags), own)?.tag;

describe('The newest release', () => {
  test.each<[string | undefined, readonly (string | undefined)[]]>([
    ['v1.10.0', ['v1.10.0', 'v1.9.0', 'v1.2.3']],
    ['1.2', ['1.2', '1.1.9', undefined, 'nightly', 'latest']],
    ['release-1.10', ['release-1.9', 'release-1.10', 'release-1.2']],
    ['release/2026-10-01', ['release/2026-10-01', 'release/2026-09-30']],
    ['py3-v1.2', ['py3-v1.2', 'py3-v1.1', 'v1.0']],
    ['app@2.0.0', ['app@2.0.0', 'app@1.0.0']],
    ['v1.0.0', ['v1.0.0', 'v2.0.0-rc.1', '2.0.0b1', 'v2.0.0.dev3', 'V3.0-SNAPSHOT']],
    ['v2.0.0-rc.10', ['v2.0.0-rc.2', 'v2.0.0-rc.10', 'v2.0.0-beta.11']],
    ['v1.2.1', ['v1.2', 'v1', 'v1.2.1']],
    ['1.0.0.post1', ['1.0.0', '1.0.0.post1', '1.0.0rc1']],
    ['v1.0.0+b', ['v0.9.0+c', 'v1.0.0+b']],
    ['1.2.0', ['v1.2', '1.2.0']],
    [undefined, ['nightly', 'latest', undefined, '']],
    [undefined, []],
  ])('is %s of %j', (newest, tags) => expect(find(tags)).toBe(newest));

  test('is below the tag of the run itself', () => {
    const tags = ['v1.2.3', 'v2.0.0', 'v1.2.4', 'v2.1.0-rc.1'];
    expect(find(tags, 'v1.2.4')).toBe('v1.2.3');
    expect(find(tags, 'v2.0.0')).toBe('v1.2.4');
    expect(find(tags, 'v2.1.0-rc.1')).toBe('v2.0.0');
    expect(find(tags, 'v1.2.3')).toBeUndefined();
    expect(find(tags, 'nightly')).toBe('v2.0.0');
  });

  test('has all runs of its tag', () => {
    const runs = runsOf(['v1', 'v2', undefined, 'v2', 'v1']);
    expect(newestRelease(runs)).toEqual({ tag: 'v2', runs: [runs[1], runs[3]] });
  });
});
