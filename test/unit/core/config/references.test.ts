import { describe, expect, test } from '@jest/globals';
import { readValue } from '../../../../src/core/config/references.js';
import { readConfiguration, resolveConfiguration } from '../../../../src/core/config/resolve-configuration.js';

function read(text: string, key: string, presets: readonly string[] = []) {
  const file = readConfiguration({ path: 'config.yaml', text }, 'both');
  const wanted = presets.map((name) => ({ name, source: 'the comment' }));
  const { config, problems } = resolveConfiguration(file, { presets: wanted, overrides: [] });
  expect(problems).toEqual([]);
  const result = readValue(config, key);
  return 'problem' in result ? result.problem : result.value;
}

describe('A reference', () => {
  const text = `port: 1\nurl: 'http://h:{@port}/{@path}'\npath: v1\nalias: '@port'\nlist: {ref: '@map'}\nmap: {k: [1, '@port']}\nchain: '@alias'\nflag: true\nsaid: 'is {@flag}'\nci_presets: {a: {port: 9}}\nmail: who@example.org\n`;

  test.each([
    ['url', 'http://h:9/v1'],
    ['alias', 9],
    ['chain', 9],
    ['list.ref', { k: [1, '@port'] }],
    ['said', 'is True'],
    ['mail', 'who@example.org'],
  ])('%s is followed when it is read, not when it is stored', (key, value) => {
    expect(read(text, key, ['a'])).toEqual(value);
  });

  test.each([
    [`a: '@b'\nb: '{@a}'\n`, 'a', 'The references form a circle: a → b → a.'],
    [`a: '@b.cx'\nb: {cy: 1}\n`, 'a', '`a` refers to `b.cx`: `b.cx` does not exist; did you mean `b.cy`?'],
    [
      `a: '@s'\ns: '*$@k'\nk: file\n`,
      'a',
      '`s` is a secret (`*$@k`), which only the machine that runs the test can read.',
    ],
    ['a: 1\n', 'other', '`other` does not exist; there is: `a`.'],
  ])('in %j cannot be followed', (document, key, problem) => {
    expect(read(document, key)).toBe(problem);
  });

  test('that multiplies is bounded', () => {
    const rows = Array.from({ length: 60 }, (_, at) => `a${at}: '${at === 0 ? 'x' : `{@a${at - 1}}{@a${at - 1}}`}'`);
    expect(read(rows.join('\n'), 'a59')).toBe('`a59` refers to more than 1000 keys.');
    const long = `a: '${'{@b}'.repeat(500)}'\nb: ${'x'.repeat(500)}\n`;
    expect(read(long, 'a')).toBe('`a` is longer than 65536 characters with its references.');
  });
});
