import { describe, expect, test } from '@jest/globals';
import { TAG } from '../../../../src/core/kernel/identity.js';
import { readRunnerIds, readRunnerNames, readRunners, runnerTags } from '../../../../src/core/kernel/runner-tags.js';

const named = (id: number, name: string) => ({ id, name });

describe('The tags that name the runners of an instance', () => {
  test('hold one runner as its id and its name', () => {
    const tags = { [TAG.runnerId]: '12', [TAG.runnerName]: 'ec2-7-1-build-0123abcd-0' };
    expect(runnerTags([named(12, 'ec2-7-1-build-0123abcd-0')])).toEqual(tags);
    expect(readRunners(tags)).toEqual([named(12, 'ec2-7-1-build-0123abcd-0')]);
  });

  test('hold 16 runners with the longest names within the 256 characters of a tag', () => {
    const stem = 'ec2-12345678901-10-'.padEnd(61, 'x');
    const runners = Array.from({ length: 16 }, (_, at) => named(900_000_000_000 + at, `${stem}-${at}`));
    const tags = runnerTags(runners);
    for (const value of Object.values(tags)) expect(value.length).toBeLessThanOrEqual(256);
    expect(readRunners(tags)).toEqual(runners);
  });

  test('hold names that share nothing', () => {
    const runners = [named(1, 'ec2-7-1-a-0123abcd-0'), named(2, 'ec2-pool-i-0abc'), named(3, 'plain')];
    expect(readRunners(runnerTags(runners))).toEqual(runners);
  });

  test.each([
    ['no tags', {}],
    ['no name', { [TAG.runnerId]: '12' }],
    ['fewer names than ids', { [TAG.runnerId]: '12 13', [TAG.runnerName]: 'a-0' }],
    ['an id that is no number', { [TAG.runnerId]: 'twelve', [TAG.runnerName]: 'a-0' }],
    ['an id of 0', { [TAG.runnerId]: '0', [TAG.runnerName]: 'a-0' }],
    ['an id that no number holds', { [TAG.runnerId]: '9999999999999999', [TAG.runnerName]: 'a-0' }],
    ['two spaces', { [TAG.runnerId]: '12  13', [TAG.runnerName]: 'a-0 -1' }],
  ])('name none with %s', (_, tags) => {
    expect(readRunners(tags)).toEqual([]);
  });

  test('are read one by one where a person has changed the other', () => {
    expect(readRunnerIds({ [TAG.runnerId]: '12 13', [TAG.runnerName]: 'a-0' })).toEqual([12, 13]);
    expect(readRunnerNames({ [TAG.runnerId]: 'twelve', [TAG.runnerName]: 'a-0 -1 b-0' })).toEqual([
      'a-0',
      'a-1',
      'b-0',
    ]);
    expect(readRunnerIds({ [TAG.runnerId]: '12 x' })).toEqual([]);
    expect(readRunnerNames({})).toEqual([]);
  });
});
