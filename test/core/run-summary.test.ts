import { describe, expect, test } from '@jest/globals';
import { parseInputs } from '../../src/core/inputs.js';
import { findUnsuccessful, needsInput, summariseRun, type JobResult } from '../../src/core/run-summary.js';
import { chooseTox } from '../../src/core/tox-command.js';

const job = (name: string, result: string, outputs: JobResult['outputs'] = {}): JobResult => ({
  name,
  result,
  outputs,
});

describe('Environments side by side', () => {
  test('pass when each succeeded or was skipped, and with nothing else', () => {
    const names = (...results: string[]) =>
      findUnsuccessful(results.map((result) => job(result, result))).map(({ name }) => name);
    expect(names('success', 'skipped')).toEqual([]);
    expect(names('success', 'failure', 'cancelled', 'timed_out', '')).toEqual([
      'failure',
      'cancelled',
      'timed_out',
      '',
    ]);
  });

  test('do not pass when one says so itself, whatever its job came to', () => {
    expect(findUnsuccessful([job('unit', 'success', { verdict: 'failed' })])).toHaveLength(1);
  });

  test('may have no outputs, as a skipped job', () => {
    const needs = '{ "unit": { "result": "skipped", "outputs": null }, "cuda": { "result": "success" } }';
    const { values } = parseInputs({ needs: needsInput('') }, { needs: { text: needs } });
    expect(values.needs).toEqual([job('unit', 'skipped'), job('cuda', 'success')]);
  });

  test('have a table of environment, machine, minutes and verdict', () => {
    const text = summariseRun([
      job('choose', 'success', { sha: 'a' }),
      job('unit', 'success', { verdict: 'passed', machine: 't3.xlarge', minutes: '2.5' }),
      job('cuda', 'failure', { verdict: 'failed', machine: 'g4dn.xlarge', minutes: '9.0' }),
      job('arm64', 'cancelled'),
      job('s2search', 'success', { verdict: 'skipped', reason: 'The secret S2SEARCH_URL is not set.' }),
      job('dind_os', 'skipped'),
    ]);
    expect(text.split('\n')).toEqual([
      '### All environments: cuda, arm64 not successful',
      '',
      '| Environment | Machine | Minutes | Verdict |',
      '| --- | --- | ---: | --- |',
      '| unit | t3.xlarge | 2.5 | passed |',
      '| cuda | g4dn.xlarge | 9.0 | **failure** |',
      '| arm64 |  |  | **cancelled** |',
      '| s2search |  |  | skipped: The secret S2SEARCH_URL is not set. |',
      '| dind_os |  |  | not chosen |',
      '',
    ]);
  });

  test('show a job that only prepared them when it failed', () => {
    expect(summariseRun([job('choose', 'failure'), job('unit', 'skipped')])).toContain(
      '| choose |  |  | **failure** |',
    );
  });

  test.each(['{}', '[]', 'x', '{"a": 1}', '{"a": {}}', 'null'])('are not %j', (text) => {
    const { problems } = parseInputs({ needs: needsInput('Some.') }, { needs: { text } });
    expect(problems).toEqual([expect.stringContaining('allowed: the `needs` context as JSON')]);
  });
});

describe('tox', () => {
  const request = { pythonVersion: undefined, toxVersion: undefined };
  const line = (more: object, has: { tox: boolean; uv: boolean }): string => {
    const { command, args } = chooseTox({ ...request, ...more }, has);
    return [command, ...args].join(' ');
  };

  test('is the machine’s own when no version is asked for', () => {
    expect(line({}, { tox: true, uv: true })).toBe('tox');
  });

  test('comes by uv when it is not there, or another version is asked for', () => {
    expect(line({}, { tox: false, uv: true })).toBe('uv tool run --from=tox tox');
    expect(line({ toxVersion: '3.26', pythonVersion: '3.8' }, { tox: true, uv: true })).toBe(
      'uv tool run --python 3.8 --from=tox==3.26 tox',
    );
  });

  test('is not another version than the one asked for', () => {
    expect(() => line({ toxVersion: '3.26' }, { tox: true, uv: false })).toThrow('no uv to bring other versions');
    expect(() => line({}, { tox: false, uv: false })).toThrow('neither tox nor uv');
  });
});
