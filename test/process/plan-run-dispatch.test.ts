/** plan-run through its bundle in a run that no comment started: its user sees a refusal as a red step. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { errorOf, expectCleanRecord, Scene } from '../worlds/sandbox/scene.js';

const SHOP = { 'test-name': 'shop', config: 'ci/config.yaml' };

let scene: Scene;
beforeEach(async () => {
  scene = await Scene.open({});
  scene.sandbox.github.files.set('ci/config.yaml', 'size: 1\n').set('ci/list.yaml', '- 1\n');
});
afterEach(async () => {
  expectCleanRecord(scene);
  await scene.close();
});

test.each([
  [
    'a typing error in the name of the test',
    { comment: '/test shpo' },
    'There is no test `shpo`; did you mean `shop`?',
  ],
  [
    'another commit than the run has',
    { comment: '/test shop 1234567' },
    /The commit of this run is \w{40}, not `1234567`/,
  ],
  [
    'the address of a review',
    { comment: 'https://github.com/o/r/pull/1#pullrequestreview-5' },
    /allowed: .*#issuecomment-/,
  ],
  [
    'a folder in place of the configuration',
    { config: 'ci' },
    /`config` is "ci", which is no file in .*correct `config`/,
  ],
  ['a payload that is a list', { payload: 'ci/list.yaml' }, '`payload`: ci/list.yaml is not a map'],
  [
    'environments but no command',
    { 'known-environments': 'unit', config: '' },
    /names no environment[^]*`comment` is empty/,
  ],
])('%s is refused', async (_, inputs, problem) => {
  const result = await scene.planRun({ ...SHOP, ...inputs });
  expect([result.code, result.outputs]).toEqual([1, {}]);
  expect(errorOf(result)).toMatch(problem);
  expect(errorOf(result)).not.toContain('A bug');
});

test('A folder of the checkout is no configuration, and a file is', async () => {
  mkdirSync(join(scene.workspace, '.git'));
  mkdirSync(join(scene.workspace, 'ci'));
  writeFileSync(join(scene.workspace, 'ci/own.yaml'), 'size: 7\n');
  expect(errorOf(await scene.planRun({ ...SHOP, config: 'ci' }))).toContain('`config` is "ci", which is no file in');
  const result = await scene.planRun({ ...SHOP, config: 'ci/own.yaml' });
  expect(JSON.parse(result.outputs['config']!)).toMatchObject({ size: 7 });
});

test('The commit of the run may be named, and a text without a command runs nothing', async () => {
  const named = await scene.planRun({ ...SHOP, comment: `/test shop ${scene.sandbox.github.sha.slice(0, 9)}` });
  expect([errorOf(named), named.outputs['sha']]).toEqual(['', scene.sandbox.github.sha]);
  const other = await scene.planRun({ ...SHOP, comment: 'hello' });
  expect([other.code, other.outputs['sha']]).toEqual([0, '']);
});
