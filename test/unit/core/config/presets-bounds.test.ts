/** Files of start-runner's presets that would fill the memory, or take forever. */
import { describe, expect, test } from '@jest/globals';
import { resolvePreset } from '../../../../src/core/config/presets.js';
import { parse } from '../../../../src/core/kernel/yaml.js';

function resolve(name: string, text: string) {
  const file = { path: '.github/ec2-runners.yml', text, parse };
  return resolvePreset(name, file, ['market-type', 'runners']).problems;
}

describe('A preset of start-runner', () => {
  test('that extends others exponentially is refused', () => {
    const rows = Array.from({ length: 40 }, (_, at) => `  p${at + 1}: {extends: [p${at}, p${at}]}`);
    expect(resolve('p40', `presets:\n  p0: {market-type: spot}\n${rows.join('\n')}\n`)).toEqual([
      expect.stringContaining('`p40` sets more than 100000 values'),
    ]);
  });

  test('that extends itself through others in ever deeper rows is refused', () => {
    const rows = Array.from({ length: 300 }, (_, at) => `  p${at + 1}: {extends: p${at}}`);
    const text = `presets:\n  p0: {market-type: spot}\n${rows.join('\n')}\n`;
    expect(resolve('p99', text)).toEqual([]);
    expect(resolve('p300', text)).toEqual([expect.stringContaining('more than 100 deep, beginning at `p300`')]);
  });

  test('whose values are aliases of aliases of aliases is refused', () => {
    const rows = Array.from(
      { length: 12 },
      (_, at) => `a${at}: &a${at} {x: [${at === 0 ? '1' : `*a${at - 1}, `.repeat(9)}]}`,
    );
    const text = `${rows.join('\n')}\npresets:\n  p: {runners: [*a11]}\n`;
    expect(resolve('p', text)[0]).toMatch(/is not YAML: it has more than 200000 values with its aliases resolved/);
    expect(resolve('p', 'a: &a [*a]\npresets:\n  p: {runners: *a}\n')[0]).toMatch(/more than 200000 values/);
  });
});
