import { describe, expect, test } from '@jest/globals';
import { readYaml } from '../../../../src/core/config/yaml-document.js';
import type { YamlLanguage } from '../../../../src/core/config/yaml-scalars.js';

function read(text: string, language: YamlLanguage = 'both') {
  const { value, problems, doubts } = readYaml(text, language);
  return problems.length > 0 ? problems : doubts.length > 0 ? doubts : value;
}

describe('A YAML document', () => {
  test('has values of all forms', () => {
    const text = `a: 1\nb: [x, {c: "d"}]\n"e f": |\n  two\n  lines\ng: ~\nh:\ni: -0.5\nj: true\nk: !!str 7\nl: 'it''s'\n`;
    expect(read(text)).toEqual({
      a: 1,
      b: ['x', { c: 'd' }],
      'e f': 'two\nlines\n',
      g: null,
      h: null,
      i: -0.5,
      j: true,
      k: '7',
      l: "it's",
    });
  });

  test.each(['', '# only a comment\n', '---\n'])('%j is empty', (text) => {
    expect(read(text)).toBeNull();
  });

  test('knows the line of each key', () => {
    const document = readYaml(
      'a:\n  b: 1\n\n  # why\n  c:\n    - x\n    - {y: 2}\nd: |\n  text\n\n  more\ne: 1\n',
      'both',
    );
    const lines = [['a'], ['a', 'b'], ['a', 'c'], ['a', 'c', 0], ['a', 'c', 1], ['a', 'c', 1, 'y'], ['e'], ['a', 'no']];
    expect(lines.map((path) => document.lineOf(path))).toEqual([1, 2, 5, 6, 7, 7, 12, 1]);
  });

  test('copies what an alias stands for, so that the two can change apart', () => {
    const value = read('a: &x {k: [1]}\nb: *x\n') as { a: { k: number[] }; b: { k: number[] } };
    value.b.k.push(2);
    expect(value).toEqual({ a: { k: [1] }, b: { k: [1, 2] } });
  });

  test('merges maps: its own keys count more, then those of the earlier map', () => {
    const text = 'a: &a {x: 1, y: 1}\nb: &b {x: 2, z: 2}\nc: {x: 3, <<: [*a, *b]}\nd: {<<: *b}\n';
    expect(read(text)).toMatchObject({ c: { x: 3, y: 1, z: 2 }, d: { x: 2, z: 2 } });
    expect(read('a: {<<: 7}')).toEqual([{ line: 1, text: '`<<` takes a map or a list of maps' }]);
  });

  test.each([
    ['a: 1\nb: [1, 2\n', 3, /not YAML/],
    ['a:\n\tb: 1\n', 2, /tab/],
    ['a: 1\nb: *x\n', 2, /no `&x` before `\*x`; quote/],
    ['a: &a [1, *a]\n', 1, /`&a` contains itself/],
    ['a: 1\n---\nb: 1\n', 1, /several documents/],
    ['a: 1\nb: !!python/object:os.system x\n', 2, /tag `!!python\/object:os.system` is not allowed/],
    ['a: !!int "7"\n', 1, /tag/],
    ['x: 1\n? [a]\n: 1\n', 1, /key is a list or a map/],
    ['__proto__: {admin: true}\n', 1, /`__proto__` is not allowed/],
  ])('%j is refused at line %i', (text, line, why) => {
    expect(read(text)).toEqual([{ line: expect.any(Number), text: expect.stringMatching(why) }]);
    expect((read(text) as { line: number }[])[0]!.line).toBe(line);
  });

  test('with aliases of aliases of aliases does not fill the memory', () => {
    const rows = Array.from(
      { length: 12 },
      (_, at) => `a${at}: &a${at} [${at === 0 ? '1' : `*a${at - 1}, `.repeat(9)}]`,
    );
    expect(read(rows.join('\n'))).toEqual([
      { line: expect.any(Number), text: 'its aliases add more than 200000 values' },
    ]);
  });
});

describe('A value without quotes', () => {
  test.each([
    ['yes', true, 'yes'],
    ['Off', false, 'Off'],
    ['0777', 511, 777],
    ['0o17', '0o17', 15],
    ['22:22', 1342, '22:22'],
    ['1_000', 1000, '1_000'],
    ['1e5', '1e5', 100_000],
    ['09', '09', 9],
    ['2001-12-14', '2001-12-14', '2001-12-14'],
    ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z'],
  ])('%s is %j in YAML 1.1 and %j in 1.2, and refused where neither is chosen', (text, in11, in12) => {
    const document = `a: ${text}`;
    expect([readYaml(document, '1.1').value, readYaml(document, '1.2').value]).toEqual([{ a: in11 }, { a: in12 }]);
    for (const language of ['1.1', '1.2', 'both'] as const)
      expect(readYaml(document, language).doubts).toEqual([
        { line: 1, text: expect.stringContaining(`write "${text}" for text`) },
      ]);
  });

  test.each([
    'y',
    'N',
    'null',
    'true',
    '-1',
    '1.5',
    '0.10',
    'a: b'.slice(0, 1),
    '2x8xh100',
    'v1',
    '1.2.3',
    '0x1F',
    '=',
    '-',
  ])('%s means the same in both', (text) => {
    expect(readYaml(`a: ${text === '-' ? "'-'" : text}`, 'both').doubts).toEqual([]);
  });

  test.each(['12345678901234567890', '.inf', '.nan'])('%s is refused, because JSON cannot hold it', (text) => {
    expect(read(`a: ${text}`)).toEqual([{ line: 1, text: expect.stringContaining('JSON cannot hold') }]);
  });

  test('as a key can be in doubt, too, and a key that comes twice is', () => {
    expect(read('on: 1\n')).toEqual([{ line: 1, text: expect.stringMatching(/^the key `on` is `true` in YAML 1.1/) }]);
    expect(read('a: 1\nb: 2\na: 3\n')).toEqual([
      { line: 3, text: '`a` is here twice (first on line 1); the last counts' },
    ]);
  });

  test('in quotes is text, and certain', () => {
    expect(read(`a: "yes"\nb: '0777'\n`)).toEqual({ a: 'yes', b: '0777' });
  });
});
