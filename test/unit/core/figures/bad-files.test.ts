import { describe, expect, test } from '@jest/globals';
import type { FormatName } from '../../../../src/core/figures/formats.js';
import { read } from '../../../worlds/result-files.js';

const refusal = async (content: string | Uint8Array, format?: FormatName): Promise<string> => {
  const error = await read(content, format).then(
    () => undefined,
    (thrown: unknown) => thrown as { code?: string; message: string },
  );
  expect(error?.code).toBe('results-unreadable');
  return error!.message;
};

describe('A file is refused with the reason that', () => {
  test.each<[string, string | Uint8Array, string]>([
    ['it is empty', ' \n', 'results.json is empty.'],
    [
      'it is an HTML page',
      '\n<!DOCTYPE html><html>Sign in',
      'results.json is an HTML page, such as a login or an error page.',
    ],
    ['it is compressed', Buffer.from([0x1f, 0x8b, 8, 0, 0, 0]), 'results.json is not a text file.'],
    [
      'it is of no known format',
      '{"hello": 1}',
      String.raw`results.json is of no known format: it begins with "{\"hello\": 1}".`,
    ],
    ['it is cut off', '{"results": [{"command": "a", "times": [1, 2', 'results.json is cut off in results[0].'],
    ['it is cut off between elements', '{"data": [{"spans": []},', 'results.json has no "spans" in data[0].'],
    [
      'it is cut off after the first line',
      '{"name":"a","value":1}\n{"name":"a","va',
      'results.json has no JSON in line 2: ',
    ],
    [
      'a line has no name',
      '{"name":"a","value":1}\n{"value":1}',
      'results.json has no object with a "name" in line 2.',
    ],
    ['a name is blank', '{"name":" ","value":1}', 'results.json has a figure without a name.'],
    [
      'a name is too long',
      `{"name":"${'a'.repeat(2_001)}","value":1}`,
      'with a name of 2001 characters; at most 2000 are allowed.',
    ],
    [
      'a line has two kinds of values',
      '{"name":"a","value":1,"samples":[1]}',
      'has both "value" and "samples" in line 1; one of them is allowed.',
    ],
    [
      'a direction is misspelled',
      '{"name":"a","value":1,"better":"less"}',
      'has the "better" "less" in line 1; lower and higher are allowed.',
    ],
    [
      '`runs` is no boolean',
      '{"name":"a","value":1,"runs":5}',
      'has the "runs" 5 in line 1; true and false are allowed.',
    ],
    ['a unit is no text', '{"name":"a","value":1,"unit":3}', 'has a "unit" that is no text in line 1.'],
    ['its XML is cut off', '<testsuite><testcase name="a" time="1"/>', 'is not a JUnit report: '],
    ['its XML is something else', '<?xml version="1.0"?><coverage/>', 'it begins with <coverage>'],
    [
      'its benchmark failed',
      '{"error": "timeout_limit_exceded:300"}',
      'has no figures, but the error "timeout_limit_exceded:300".',
    ],
    [
      'its benchmark is not finished',
      '{"result": null, "status": "RUNNING"}',
      'has the result null: the benchmark is not finished.',
    ],
    [
      'a row of its CSV is too short',
      'Type,Name,Request Count,Failure Count,Median Response Time\nGET,/',
      'has 2 fields in line 2; the header has 5.',
    ],
  ])('%s', async (_, content, message) => {
    expect(await refusal(content)).toContain(message);
  });

  test('it is not of the format that the user names', async () => {
    expect(await refusal('{"benchmarks": []}', 'hyperfine')).toBe('results.json has no key "results".');
    expect(await refusal('{"name":"a","value":1}', 'locust-csv')).toContain('has no column "Type", "Name"');
    expect(await refusal('{"results": {}}', 'k6-results')).toContain('has no key "results" with "metrics"');
  });
});

describe('What is no finite number makes its figure unusable, and no other:', () => {
  test.each([
    ['NaN', 'NaN'],
    ['-Infinity', '-Infinity'],
    ['1e999', 'Infinity'],
    ['null', 'null'],
    ['true', 'true'],
    ['"2"', 'the text "2"'],
    ['[1]', 'a list'],
    ['{}', 'an object'],
  ])('%s', async (value, given) => {
    const text = `{"name":"a \\"NaN\\"","value":${value}}\n{"name":"a \\"NaN\\"","value":1}\n{"name":"b","value":2}`;
    expect(await read(text)).toEqual({
      figures: [{ name: 'b', samples: [2] }],
      unusable: [{ name: 'a "NaN"', given }],
      problems: [],
    });
  });

  test('a missing value and an empty list', async () => {
    const { unusable } = await read('{"name":"a","value":1}\n{"name":"b","samples":[]}\n{"name":"c"}');
    expect(unusable).toEqual([
      { name: 'b', given: 'an empty list' },
      { name: 'c', given: 'nothing' },
    ]);
  });
});
