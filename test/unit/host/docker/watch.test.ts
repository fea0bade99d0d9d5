import { expect, test } from '@jest/globals';
import { readExits } from '../../../../src/host/docker/watch.js';

test('exits are read from the events of Docker, with want of memory', () => {
  const read = readExits();
  const lines = [
    'a oom <no value>',
    'b start <no value>',
    'a die 137',
    'a start <no value>',
    'a die 1',
    'b health_status: healthy <no value>',
  ];
  expect(lines.map(read)).toEqual([
    undefined,
    undefined,
    { containerId: 'a', exitCode: 137, oomKilled: true },
    undefined,
    { containerId: 'a', exitCode: 1, oomKilled: false },
    undefined,
  ]);
});
