import { describe, expect, test } from '@jest/globals';
import { describeOrigin } from '../../../../src/core/config/configuration.js';
import { parseKey } from '../../../../src/core/config/key-path.js';
import { readConfiguration, resolveConfiguration } from '../../../../src/core/config/resolve-configuration.js';
import type { Value } from '../../../../src/core/config/value.js';

const FILE = 'config.yaml';

function resolve(text: string, presets: readonly string[] = [], overrides: Readonly<Record<string, Value>> = {}) {
  const file = readConfiguration({ path: FILE, text }, 'both');
  const resolved = resolveConfiguration(file, {
    presets: presets.map((name) => ({ name, source: 'the comment, line 1' })),
    overrides: Object.entries(overrides).map(([key, value]) => ({ key, value, source: 'the comment, line 2' })),
  });
  const value = (key: string) => resolved.config.get(parseKey(key)!);
  const origin = (key: string) => describeOrigin(resolved.config.originOf(parseKey(key)!), FILE);
  return { ...resolved, value, origin };
}

describe('A preset', () => {
  test('applies what it extends at that position, and later entries win', () => {
    const text = 'ci_presets: {a: {x: 1, extends: [b], y: 1}, b: {x: 9, y: 9}}\nx: 0\ny: 0\n';
    const { value, names, presetsApplied } = resolve(text, ['a']);
    expect([value('x'), value('y'), names]).toEqual([9, 1, ['a', 'b']]);
    expect(presetsApplied).toEqual([
      'preset[a] x --> 1',
      'preset[b] x --> 9',
      'preset[b] y --> 9',
      'preset[a] y --> 1',
    ]);
  });

  test('replaces a map as a whole, which later keys may fill', () => {
    const text = 'ci_presets: {a: {m: {new: null}, m.new: 1}, b: {m: {new: null}}}\nm: {old: 1}\n';
    expect(resolve(text, ['a']).value('m')).toEqual({ new: 1 });
    expect(resolve(text, ['a', 'b']).value('m')).toEqual({ new: null });
    // The preset itself stays as the file has it. In the seed, `a` would have changed its own map.
    expect(resolve(text, ['a', 'a']).value('ci_presets.a')).toEqual({ m: { new: null }, 'm.new': 1 });
  });

  test('may create keys for those after it, and only for those', () => {
    const text = 'ci_presets: {make: {m: {r: null}}, use: {m.r: 4}}\nm: {old: 1}\n';
    expect(resolve(text, ['make', 'use'])).toMatchObject({ problems: [] });
    expect(resolve(text, ['use', 'make']).problems).toEqual([
      'config.yaml, line 1: preset `use`: `m.r` does not exist; there is: `m.old`.',
    ]);
  });

  test('edits other presets, by quoted names', () => {
    const text = `ci_presets:\n  light: {a.b: 0}\n  smoke:\n    'ci_presets.light["a.b"]': 7\na: {b: 1}\n`;
    expect(resolve(text, ['smoke', 'light']).value('a.b')).toBe(7);
    expect(resolve(text, ['light', 'smoke']).value('a.b')).toBe(0);
  });

  test('sets an element of a list, within its length', () => {
    const text = 'ci_presets: {a: {"l[1]": x}, b: {"l[2]": x}}\nl: [p, q]\n';
    expect(resolve(text, ['a']).value('l')).toEqual(['p', 'x']);
    expect(resolve(text, ['b']).problems).toEqual([
      'config.yaml, line 1: preset `b`: `l[2]` does not exist: `l` is a list of 2; allowed: `[0]` to `[1]`.',
    ]);
  });

  test('may extend forty others in a row', () => {
    const chain = Array.from(
      { length: 40 },
      (_, at) => `  p${at}: {extends: ${at === 0 ? '[]' : `p${at - 1}`}, x: ${at}}`,
    );
    const { value, names, problems } = resolve(`ci_presets:\n${chain.join('\n')}\nx: null\n`, ['p39']);
    expect([value('x'), names.length, problems]).toEqual([39, 40, []]);
  });

  test.each([
    ['quik', 'the comment, line 1: `quik` is not a preset of config.yaml; did you mean `quick`?'],
    ['names', 'the comment, line 1: `names` is not a preset of config.yaml'],
    ['empty', 'the comment, line 1: `empty` is a preset without keys in config.yaml.'],
    ['number', 'config.yaml, line 5: preset `number` is not a map of keys.'],
    [
      'dangling',
      'config.yaml, line 6: preset `dangling` extends `quck`, which is not a preset of config.yaml; did you mean `quick`?',
    ],
    ['a', 'config.yaml, line 7: The presets extend each other in a circle: a → b → a.'],
    ['self', 'config.yaml, line 9: The presets extend each other in a circle: self → self.'],
    ['typo', 'config.yaml, line 10: preset `typo`: `x.yz` does not exist: `x` is `0` and has no keys.'],
    ['wild', 'config.yaml, line 11: preset `wild`: `*` is not a key; allowed: names joined by dots'],
  ])('%s is refused', (name, problem) => {
    const text =
      'ci_presets:\n  names: null\n  quick: {x: 1}\n  empty: null\n  number: 7\n  dangling: {extends: [quck]}\n  a: {extends: [b]}\n  b: {extends: a}\n  self: {extends: self}\n  typo: {x.yz: 1}\n  wild: {"*": 1}\nx: 0\n';
    expect(resolve(text, [name]).problems).toEqual([expect.stringContaining(problem)]);
  });

  test('that extends others exponentially is refused, and soon', () => {
    const rows = Array.from({ length: 40 }, (_, at) => `  p${at + 1}: {extends: [p${at}, p${at}]}`);
    const { problems } = resolve(`ci_presets:\n  p0: {x: 1}\n${rows.join('\n')}\nx: 0\n`, ['p40']);
    expect(problems).toEqual([expect.stringContaining('`p40` sets more than 100000 values')]);
  });

  test('deep beyond any sense is refused', () => {
    const rows = Array.from({ length: 5000 }, (_, at) => `  p${at + 1}: {extends: [p${at}]}`);
    const { problems } = resolve(`ci_presets:\n  p0: {x: 1}\n${rows.join('\n')}\nx: 0\n`, ['p5000']);
    expect(problems).toEqual([expect.stringContaining('more than 100 deep')]);
  });
});

describe('A configuration', () => {
  test('is the file, its own presets and variables, the overrides, the wanted presets, and the overrides again', () => {
    const text = [
      'ci_presets:',
      '  to_apply: base',
      '  variable_overrides: {c: variable}',
      '  base: {a: base, b: base, c: base, d: base, e: base}',
      '  wanted: {a: wanted, b: wanted}',
      'a: file\nb: file\nc: file\nd: file\ne: file\nf: file',
    ].join('\n');
    const { value, problems, names } = resolve(text, ['wanted'], { a: 'override', d: 'override' });
    expect(problems).toEqual([]);
    expect(['a', 'b', 'c', 'd', 'e', 'f'].map(value)).toEqual([
      'override',
      'wanted',
      'variable',
      'override',
      'base',
      'file',
    ]);
    expect(names).toEqual(['base', 'wanted']);
    expect(value('ci_presets.names')).toEqual(['base', 'wanted']);
  });

  test('without presets keeps `ci_presets.names` as it is', () => {
    expect(resolve('ci_presets: {names: null}\n').value('ci_presets')).toEqual({ names: null });
  });

  test('takes overrides of keys that exist, that a preset creates, and new ones without a dot', () => {
    const text = 'ci_presets: {a: {m: {r: null}}}\nm: {old: 1}\n';
    const { config, problems } = resolve(text, ['a'], { 'm.r': 5, NEW: 'x', 'cluster.nmae': 1 });
    expect(config.root).toMatchObject({ m: { r: 5 }, NEW: 'x' });
    expect(problems).toEqual([
      'the comment, line 2: `cluster.nmae` does not exist; there are: `ci_presets`, `m`, `NEW`.',
    ]);
    expect(resolve('cluster: {name: null}\n', [], { 'cluster.nmae': 1 }).problems).toEqual([
      'the comment, line 2: `cluster.nmae` does not exist; did you mean `cluster.name`?',
    ]);
  });

  test('knows where each value comes from', () => {
    const text =
      'a:\n  b: 1\n  c: {d: 1}\ne: 1\nf: 1\nci_presets:\n  x:\n    a.b: 2\n    a.c: {d: 2}\n  y: {a.b: 3, f: 3}\n';
    const { origin, changes } = resolve(text, ['x', 'y'], { f: 4 });
    expect(origin('a.b')).toBe('preset `y`, config.yaml, line 10');
    expect(origin('a.c.d')).toBe('preset `x`, config.yaml, line 9');
    expect(origin('e')).toBe('config.yaml, line 4');
    expect(origin('f')).toBe('the comment, line 2');
    expect(changes.map(({ key, before, value }) => [key, before, value])).toEqual([
      ['a.c', { d: 1 }, { d: 2 }],
      ['a.b', 1, 3],
      ['f', 1, 4],
    ]);
  });

  test('lists a key once, and not where a map above it replaced it', () => {
    const text = 'ci_presets:\n  a: {m.x: 1}\n  b: {m: {x: 2}}\nm: {x: 0}\n';
    const { changes, origin } = resolve(text, ['a', 'b']);
    expect(changes.map(({ key }) => key)).toEqual(['m']);
    expect(origin('m.x')).toBe('preset `b`, config.yaml, line 3');
  });

  test('reports the doubts of its file as problems, or as warnings where the language is chosen', () => {
    const text = 'a: yes\n';
    expect(readConfiguration({ path: FILE, text }, 'both').problems).toEqual([
      'config.yaml, line 1: `yes` is `true` in YAML 1.1 and text in YAML 1.2; write "yes" for text, or `true`.',
    ]);
    expect(readConfiguration({ path: FILE, text }, '1.1')).toMatchObject({
      root: { a: true },
      problems: [],
      warnings: [expect.stringContaining('`yes`')],
    });
  });

  test.each(['[1]', 'a: [', '7', ''])('%j is refused', (text) => {
    expect(resolve(text, ['x']).problems).toHaveLength(1);
  });
});
