/** Results of one name in one file, files beside the results, and times that cannot be. */
import { describe, expect, test } from '@jest/globals';
import { read, samplesOf } from '../../../worlds/result-files.js';

describe('JUnit tests of one name', () => {
  const suite = (name: string, time: number, inner = ''): string =>
    `<testsuite name="${name}"><testcase classname="c" name="t" time="${time}"/>${inner}</testsuite>`;
  const read2 = async (...suites: readonly string[]) =>
    samplesOf(await read(`<testsuites name="all">${suites.join('')}</testsuites>`));

  test('have their suites in the name if these differ', async () => {
    expect(await read2(suite('firefox', 1), suite('chrome', 9), suite('chrome', 8))).toEqual({
      'all.firefox.c.t': [1],
      'all.chrome.c.t': [9, 8],
    });
  });

  test('are samples of one figure in one suite, as those of a rerun', async () => {
    const again = '<testcase classname="c" name="t" time="3"/><testcase classname="c" name="other" time="2"/>';
    expect(await read2(suite('pytest', 1, again), suite('pytest', 2))).toEqual({ 'c.t': [1, 3, 2], 'c.other': [2] });
  });

  test('fail in their own suite alone', async () => {
    const failed =
      '<testsuite name="b"><testcase classname="c" name="t" time="1"><failure message="no"/></testcase></testsuite>';
    const { figures, unusable } = await read(`<testsuites>${suite('a', 1)}${failed}</testsuites>`);
    expect(figures.map(({ name }) => name)).toEqual(['a.c.t']);
    expect(unusable).toEqual([{ name: 'b.c.t', given: 'the failure "no"' }]);
  });
});

test('a negative JUnit time is unusable', async () => {
  const report =
    '<testsuite><testcase classname="c" name="a" time="-5"/><testcase classname="c" name="b" time="5"/></testsuite>';
  expect(await read(report)).toMatchObject({
    figures: [{ name: 'c.b' }],
    unusable: [{ name: 'c.a', given: 'the negative time -5 s' }],
  });
});

describe('hyperfine results of one name', () => {
  const problem = 'make: several results have this name, so give each its own with --command-name';
  const results = (...parameters: readonly object[]): string =>
    JSON.stringify({ results: parameters.map((one) => ({ command: 'make', times: [1], ...one })) });

  test('are a problem, in JSON and in CSV', async () => {
    expect((await read(results({}, {}, {}))).problems).toEqual([problem]);
    const row = 'make,1,,1,0,0,1,1\n';
    const header = 'command,mean,stddev,median,user,system,min,max\n';
    expect((await read(`${header}${row}${row}`)).problems).toEqual([problem]);
    expect((await read(`${header}${row}`)).problems).toEqual([]);
  });

  test('are none with parameters that differ', async () => {
    expect((await read(results({ parameters: { n: '1' } }, { parameters: { n: '2' } }))).problems).toEqual([]);
  });
});

describe("asv's other files are skipped:", () => {
  const benchmark = {
    code: 'class Suite: pass',
    name: 'b.time_a',
    param_names: [],
    params: [],
    type: 'time',
    unit: 's',
  };
  test.each([
    ['benchmarks.json', { 'b.time_a': benchmark, version: 2 }],
    ['benchmarks.json without benchmarks', { version: 2 }],
    [
      'machine.json',
      { arch: 'x86_64', cpu: 'EPYC', machine: 'testbox', num_cpu: '2', os: 'Linux', ram: '8', version: 1 },
    ],
  ])('%s', async (_, content) => {
    expect(await read(JSON.stringify(content, null, 4))).toEqual({ figures: [], unusable: [], problems: [] });
  });
});
