/** Numbers keep their written form from the file to the output: Python tells `1.0` from `1`, and `4.10` may be a version. */
import { describe, expect, test } from '@jest/globals';
import { pythonText } from '../../../../src/core/config/python-text.js';
import { renderValue } from '../../../../src/core/config/render-value.js';
import { readConfiguration, resolveConfiguration } from '../../../../src/core/config/resolve-configuration.js';
import { type ValueMap, writeJson } from '../../../../src/core/config/value.js';
import { writeYaml } from '../../../../src/core/config/write-yaml.js';
import { readYaml } from '../../../../src/core/config/yaml-document.js';

const read = (text: string) => readYaml(text, 'both').value as ValueMap;

describe('A number', () => {
  test.each([
    ['1.0', '1.0', '1.0'],
    ['-3.00', '-3.00', '-3.0'],
    ['4.10', '4.10', '4.1'],
    ['1.50e-07', '1.50e-07', '1.5e-07'],
    ['0.2', '0.2', '0.2'],
    ['7', '7', '7'],
  ])('%s is written as it was, and is to Python what it is', (text, written, python) => {
    const { a } = read(`a: ${text}\n`) as { a: number };
    expect([writeJson(a), renderValue(a), writeYaml(a).trim(), pythonText(a)]).toEqual([
      written,
      written,
      written,
      python,
    ]);
    expect(JSON.parse(JSON.stringify({ a }))).toEqual({ a: Number(text) });
  });

  test('in a preset, a list and a map of aliases arrives in the output', () => {
    const text = 'ci_presets:\n  p: {a.b: [1.0, &x {c: 2.50}, *x]}\na: {b: null, d: 1.0}\n';
    const file = readConfiguration({ path: 'config.yaml', text }, 'both');
    const { config, presetsApplied } = resolveConfiguration(file, {
      presets: [{ name: 'p', source: 'the comment' }],
      overrides: [],
    });
    expect(writeJson(config.root['a']!)).toBe('{"b":[1.0,{"c":2.50},{"c":2.50}],"d":1.0}');
    expect(writeYaml(config.root['a']!)).toBe('b:\n  - 1.0\n  - c: 2.50\n  - c: 2.50\nd: 1.0\n');
    expect(presetsApplied).toEqual(["preset[p] a.b --> [1.0, {'c': 2.5}, {'c': 2.5}]"]);
    expect(config.set(['a', 'd', 'value'], 1, { kind: 'override', source: 'x' })).toBeUndefined();
  });

  test('is JSON whatever else is beside it', () => {
    const value = read('a: {"b\\"c": [null, true, "x\\ny", {}], d: []}\n');
    expect(writeJson(value)).toBe(JSON.stringify(value));
  });
});
