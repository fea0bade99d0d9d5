import { describe, expect, test } from '@jest/globals';
import { inputs } from '../../../../actions/start-runner.inputs.js';
import { parseInputs, refuseProblems } from '../../../../src/core/inputs/inputs.js';
import { Failure } from '../../../../src/core/kernel/failure.js';

const good = { 'github-token': 'ghp_x' };

function parse(given: Record<string, string>) {
  const raw = Object.fromEntries(Object.entries({ ...good, ...given }).map(([name, text]) => [name, { text }]));
  return parseInputs(inputs, raw);
}

describe('An input', () => {
  test('that is empty has its default', () => {
    const { values, problems } = parse({ count: '', 'market-type': ' ' });
    expect(problems).toEqual([]);
    expect(values.count).toBe(1);
    expect(values['market-type']).toBe('on-demand');
    expect(values['subnet-id']).toEqual([]);
    expect(values['key-name']).toBeUndefined();
  });

  test.each(['0', '-1', 'abc', '1000', '1.5', '1e2', '٣'])('count %s is refused with what is allowed', (count) => {
    expect(parse({ count }).problems).toEqual([`\`count\` is "${count}"; allowed: a whole number from 1 to 100.`]);
  });

  test('that is unknown is refused with the nearest name', () => {
    expect(parse({ 'ec2-instance-typ': 't3.nano' }).problems).toEqual([
      '`ec2-instance-typ` is not an input; did you mean `ec2-instance-type`?',
    ]);
    expect(parse({ zzzzzzzzzzzz: '1' }).problems).toEqual(['`zzzzzzzzzzzz` is not an input.']);
  });

  test('with the name of a property that every object has is unknown', () => {
    expect(parse({ constructor: 'x' }).problems).toHaveLength(1);
  });

  test('that is a list allows commas, lines, both, and JSON', () => {
    for (const given of [
      't3.nano,m5.large',
      't3.nano, m5.large',
      't3.nano\nm5.large\n',
      't3.nano,\r\n  m5.large',
      '["t3.nano", "m5.large"]',
    ]) {
      expect(parse({ 'ec2-instance-type': given }).values['ec2-instance-type']).toEqual(['t3.nano', 'm5.large']);
    }
  });

  test.each(['t3.nano,,m5.large', ',t3.nano', 't3.nano,'])('that is a list refuses an empty entry: %s', (given) => {
    expect(parse({ 'ec2-instance-type': given }).problems).toEqual([
      `\`ec2-instance-type\` is ${JSON.stringify(given)}; allowed: instance types like t3.xlarge, without empty entries.`,
    ]);
  });

  test('that is a list is refused with the wrong entry', () => {
    expect(parse({ 'subnet-id': 'subnet-1, vpc-2' }).problems[0]).toContain('`subnet-id` is "vpc-2"');
  });

  test.each(['a"b', 'a/b', 'a b', '-a', 'x'.repeat(65), 'ä', 'a,b'])('label %s is refused', (label) => {
    expect(parse({ label }).problems[0]).toContain('`label` is ');
  });

  test('with a script of 20 KB is refused with its size, and the script is not printed', () => {
    const { problems } = parse({ 'pre-runner-script': '#'.repeat(20_000) });
    expect(problems[0]).toContain('a script of 20000 bytes');
    expect(problems[0]).toContain('16384 bytes');
  });
});

test('One failure lists all problems', () => {
  const { problems } = parse({ count: '0', 'ec2-image-id': 'nonsense', typo: '1' });
  expect(problems).toHaveLength(3);
  let failure: unknown;
  try {
    refuseProblems(problems);
  } catch (error) {
    failure = error;
  }
  expect(failure).toBeInstanceOf(Failure);
  expect((failure as Failure).code).toBe('bad-input');
  expect((failure as Failure).about.details).toEqual(problems);
});

test('A malformed secret is never printed', () => {
  const definitions = { token: { ...inputs['subnet-id'], secret: true } };
  const { problems } = parseInputs(definitions, { token: { text: 'hunter2' } });
  expect(problems).toHaveLength(1);
  expect(problems[0]).not.toContain('hunter2');
});
