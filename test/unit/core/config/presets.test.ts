import { describe, expect, test } from '@jest/globals';
import { resolvePreset } from '../../../../src/core/config/presets.js';
import { parse } from '../../../../src/core/kernel/yaml.js';

const allowed = ['ec2-instance-type', 'ec2-volume-size', 'aws-resource-tags', 'market-type'];

function resolve(name: string, text?: string) {
  const file = text === undefined ? undefined : { path: '.github/ec2-runners.yml', text, parse };
  const { preset, problems } = resolvePreset(name, file, allowed);
  const inputs = Object.fromEntries(Object.entries(preset.inputs).map(([key, { text: value }]) => [key, value]));
  return { inputs, base: preset.base, problems };
}

describe('A preset', () => {
  test('that is built in needs no presets file', () => {
    expect(resolve('cuda')).toMatchObject({ base: 'cuda', problems: [], inputs: { 'ec2-volume-size': '100' } });
  });

  test('of the file extends another and overrides it', () => {
    const file = 'presets:\n  big:\n    extends: arm64\n    ec2-instance-type: [m7g.4xlarge, m8g.4xlarge]\n';
    expect(resolve('big', file)).toMatchObject({
      base: 'arm64',
      problems: [],
      inputs: { 'ec2-instance-type': 'm7g.4xlarge\nm8g.4xlarge', 'ec2-volume-size': '50' },
    });
  });

  test('extends several, and later ones override earlier ones', () => {
    const file =
      'presets:\n  cheap: {market-type: spot, ec2-volume-size: 9}\n  big: {extends: [cheap, amd64]}\n  small: {extends: [amd64, cheap]}';
    expect(resolve('big', file).inputs).toMatchObject({ 'market-type': 'spot', 'ec2-volume-size': '50' });
    expect(resolve('small', file).inputs).toMatchObject({ 'market-type': 'spot', 'ec2-volume-size': '9' });
  });

  test('may replace a built-in one and extend it under the same name', () => {
    const file = 'presets:\n  amd64: {extends: amd64, market-type: spot}';
    expect(resolve('amd64', file)).toMatchObject({
      base: 'amd64',
      problems: [],
      inputs: { 'market-type': 'spot', 'ec2-volume-size': '50' },
    });
  });

  test('writes tags as a map', () => {
    const file = 'presets:\n  a: {aws-resource-tags: {Team: ml, Cost: 7}}';
    expect(resolve('a', file).inputs).toEqual({ 'aws-resource-tags': 'Team=ml\nCost=7' });
  });

  test('that extends itself through others is refused with the circle', () => {
    const file = 'presets:\n  a: {extends: b}\n  b: {extends: c}\n  c: {extends: a}';
    expect(resolve('a', file).problems).toEqual([
      'The presets of .github/ec2-runners.yml extend each other in a circle: a → b → c → a.',
    ]);
  });

  test.each([
    ['armd64', undefined, /"armd64", which is not built in, and no presets file was found; did you mean `amd64`\?/],
    ['a', 'presets:\n  a: {extends: cud}', /`a` extends `cud`, which is not in .* or built in; did you mean `cuda`\?/],
    [
      'a',
      'presets:\n  a: {ec2-instance-typ: x}',
      /`ec2-instance-typ` \(preset `a` in .*\) is not an input; did you mean/,
    ],
    ['amd64', 'presets: [', /is not YAML/],
    ['amd64', 'runners: {}', /has no `presets:`/],
    ['a', 'presets:\n  a: 7', /allowed: inputs/],
  ])('%s of %j is refused', (name, file, why) => {
    expect(resolve(name, file).problems.join('\n')).toMatch(why);
  });
});
