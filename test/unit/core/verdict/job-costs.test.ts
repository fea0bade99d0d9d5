import { describe, expect, test } from '@jest/globals';
import { readCosts, renderTotal } from '../../../../src/core/verdict/job-costs.js';
import { judgeRun, summarizeJobs, type JobResult } from '../../../../src/core/verdict/jobs.js';

const machine = {
  instance: 'i-1',
  type: 't3.xlarge',
  region: 'us-east-1',
  market: 'on-demand',
  minutes: 12,
  hourly: 0.1664,
  cost: 0.03328,
  startUp: 25,
  idleBefore: 4,
  idleAfter: 10,
};
const job = (name: string, costs: string | undefined, outputs: JobResult['outputs'] = {}): JobResult => ({
  name,
  result: 'success',
  outputs: { verdict: 'passed', machine: 't3.xlarge', minutes: '9.5', ...outputs, ...(costs && { costs }) },
});
const summarize = (jobs: readonly JobResult[], isRerun = false) => summarizeJobs(judgeRun(jobs), isRerun).split('\n');

describe('The costs of environments', () => {
  test('have a row each and a sum', () => {
    const spot = { ...machine, market: 'spot', minutes: 60.5, cost: 0.5, startUp: null, idleAfter: 200, atMost: true };
    const choose = { ...job('choose', undefined), outputs: { environments: '["unit","cuda","hosted","s2search"]' } };
    const lines = summarize([
      choose,
      job('unit', JSON.stringify([machine])),
      job('cuda', JSON.stringify([spot])),
      job('hosted', undefined, { machine: 'ubuntu-24.04' }),
      { ...job('s2search', undefined), outputs: { verdict: 'skipped', reason: 'no secret' } },
      { name: 'arm64', result: 'skipped', outputs: { costs: JSON.stringify([machine]) } },
    ]);
    expect(lines.slice(2)).toEqual([
      '| Environment | Machine | Minutes | Machine minutes | Start-up | Idle | Cost | Verdict |',
      '| --- | --- | ---: | ---: | ---: | ---: | ---: | --- |',
      '| unit | t3.xlarge | 9.5 | 12.0 | 25 s | 14 s | $0.0333 | passed |',
      '| cuda | t3.xlarge | 9.5 | at most 60.5 | unknown | at most 3.4 min | at most $0.5000 | passed |',
      '| hosted | ubuntu-24.04 | 9.5 |  |  |  |  | passed |',
      '| s2search |  |  |  |  |  |  | skipped: no secret |',
      '| arm64 |  |  |  |  |  |  | not chosen |',
      '',
      'Together at most $0.5333 for 72.5 machine minutes. Not included: public IPv4 addresses, data transfer, volumes below a cent.',
      '',
    ]);
  });

  test('of two machines, such as after a re-run, are added', () => {
    const lists = `[${JSON.stringify([machine])},${JSON.stringify([machine])}]`;
    const lines = summarize([job('unit', lists)], true);
    expect(lines[4]).toBe('| unit | t3.xlarge | 9.5 | 24.0 | 50 s | 28 s | $0.0666 | passed |');
    expect(lines[6]).toMatch(
      / each environment are those of its last attempt; earlier attempts have summaries of their own\.$/,
    );
    expect(readCosts({ costs: '[[],[]]' })).toEqual([]);
  });

  test('are unknown where a price is, and the sum says how many', () => {
    const unpriced = { ...machine, hourly: null, cost: null };
    const lines = summarize([job('unit', JSON.stringify([machine, unpriced])), job('cuda', 'unknown')]);
    expect(lines[4]).toBe('| unit | t3.xlarge | 9.5 | 24.0 | 50 s | 28 s | unknown | passed |');
    expect(lines[5]).toBe('| cuda | t3.xlarge | 9.5 | unknown | unknown | unknown | unknown | passed |');
    expect(lines[7]).toMatch(
      /^Together \$0\.0333 for 24\.0 machine minutes, without 1 machine at an unknown price, without 1 environment at unknown costs\. /,
    );
  });

  test('make no columns where no environment had a machine', () => {
    expect(summarize([job('unit', undefined)])[2]).toBe('| Environment | Machine | Minutes | Verdict |');
  });

  test.each(['x', '{', '{}', '[1]', '[null]', '[{}]', '[{"minutes":-1}]', '["a"]', '<b>'])(
    'are unknown in %j',
    (costs) => expect(readCosts({ costs })).toBe('unknown'),
  );

  test('are one output', () => {
    const one = [machine];
    expect(renderTotal([one, undefined, one, []])).toBe('0.0666');
    expect(renderTotal([one, 'unknown'])).toBe('unknown');
    expect(renderTotal([[{ ...machine, cost: null }]])).toBe('unknown');
    expect(renderTotal([undefined, []])).toBe('');
  });
});
