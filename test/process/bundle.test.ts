import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { actions, stepsOf } from '../../actions/index.js';
import { budget, code } from '../../tools/bench/budget.js';
import { measureSize } from '../../tools/bench/bundle.js';
import { listNodes } from '../node24/nodes.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const dist = join(root, 'dist');
const names = actions.map(({ name }) => name);

/** The chunks that a start reads before it begins, and those that a step reads only if it needs them. */
const early = [
  'aws-sdk.js',
  'octokit-and-toolkit.js',
  'rolldown-runtime.js',
  'shared-by-all.js',
  'smithy.js',
  'start-runner.js',
];
const late = [
  'advise-on-workflow.js',
  'app.js',
  'aws-credential-providers.js',
  'aws-ec2-late.js',
  'aws-ssm.js',
  'claim.js',
  'connect.js',
  'data-volume.js',
  'entry-points.js',
  'interleave-compose.js',
  'interleave-phases.js',
  'interleaved.js',
  'judge-comment.js',
  'judge-history.js',
  'machine-name.js',
  'phases-export.js',
  'pool.js',
  'presets.js',
  'proxy-agents.js',
  'reaper.js',
  'roles.js',
  's3-place.js',
  'shared-by-some.js',
  'volumes.js',
  'yaml.js',
];
/** The chunks that only other actions read, beside their own entries. */
const others = [
  'random.js',
  'shared-by-compose.js',
  'shared-by-machines.js',
  'shared-by-phases.js',
  'shared-by-plans.js',
  'shared-by-results.js',
  'shared-by-runs.js',
  'shared-by-tests.js',
];

function readSteps(action: string): Readonly<Record<string, string>> {
  return (parse(readFileSync(join(root, action, 'action.yml'), 'utf8')) as { runs: Record<string, string> }).runs;
}

/** The chunks that an action reads before it begins. */
function listLoaded(action: string): string[] {
  const chunks = join(dist, 'chunks');
  const load = `require(${JSON.stringify(join(chunks, `${action}.js`))})`;
  const loaded = `Object.keys(require.cache).map((path) => path.slice(${chunks.length + 1}))`;
  const { stdout } = spawnSync(process.execPath, ['-e', `${load}; console.log(JSON.stringify(${loaded}))`]);
  return (JSON.parse(stdout.toString()) as string[]).sort();
}

function list(folder: string): string[] {
  return readdirSync(join(dist, folder), { withFileTypes: true })
    .filter((one) => one.isFile())
    .map(({ name }) => name)
    .sort();
}

describe('dist/', () => {
  test('has no more JavaScript than the budget', () => {
    expect(measureSize(dist, code.ofAll)).toBeLessThanOrEqual(budget.bundleBytes);
    expect(measureSize(dist, code.ofCompose)).toBeLessThanOrEqual(budget.composeBytes);
    expect(measureSize(dist, code.ofExport)).toBeLessThanOrEqual(budget.exportBytes);
    expect(measureSize(dist, code.ofLateRuns)).toBeLessThanOrEqual(budget.lateRunBytes);
    expect(measureSize(dist, code.ofPhases)).toBeLessThanOrEqual(budget.phasesBytes);
    expect(measureSize(dist, code.ofPlan)).toBeLessThanOrEqual(budget.planBytes);
    expect(measureSize(dist, code.ofResults)).toBeLessThanOrEqual(budget.resultsBytes);
  });

  test('has no more for a plain start than the budget', () => {
    const bytes = early.reduce((sum, name) => sum + statSync(join(dist, 'chunks', name)).size, 0);
    expect(bytes).toBeLessThanOrEqual(budget.startBytes);
  });

  test('is read by a start without the chunks that only some steps need, such as the proxy agents', () => {
    expect(listLoaded('start-runner')).toEqual(early);
  });

  test('is read by run-phases without the code of an export, of a program and of two sides', () => {
    const late = /^(phases-export|entry-points|interleave.*)\.js$/;
    expect(listLoaded('run-phases').filter((name) => late.test(name))).toEqual([]);
    expect(listLoaded('run-compose').filter((name) => late.test(name))).toEqual([]);
  });

  test('is read by judge-results without the code of histories and comments, and by the others without its code', () => {
    const judging = listLoaded('judge-results');
    expect(judging.filter((name) => /aws-(ssm|credential|ec2)|judge-(history|comment)|connect/.test(name))).toEqual([]);
    for (const action of ['run-compose', 'run-phases', 'run-tox'])
      expect(listLoaded(action).filter((name) => /results|interleave|result-copies/.test(name))).toEqual([]);
  });

  test('is in ASCII, because V8 holds a file with any other character in two bytes a character', () => {
    for (const name of list('chunks'))
      expect(/[^\0-\x7f]/.test(readFileSync(join(dist, 'chunks', name), 'latin1'))).toBe(false);
  });

  test('has the file of every step and no other file', () => {
    const steps = actions.flatMap((action) => Object.values(stepsOf(action)).map(({ file }) => file));
    expect(list('')).toEqual(['LICENSES.txt', 'package.json', ...steps].sort());
  });

  test('has in chunks/ an entry for every action, and the chunks that they share', () => {
    const entries = names.map((name) => `${name}.js`);
    expect(list('chunks')).toEqual([...new Set([...early, ...late, ...others, ...entries])].sort());
  });

  test.each(names)('has the steps that %s/action.yml names, for the version of Node that GitHub has', (name) => {
    const { using, main, post } = readSteps(name);
    const steps = stepsOf(actions.find((action) => action.name === name)!);
    expect({ using, main, post }).toEqual({
      using: 'node24',
      main: `../dist/${steps.main.file}`,
      post: steps.post && `../dist/${steps.post.file}`,
    });
  });
});

describe.each(listNodes())('Every step under Node $major', ({ path }) => {
  const bare = { PATH: process.env['PATH'] };

  test.each(names)('%s fails outside a workflow and says so', (name) => {
    const { status, stdout, stderr } = spawnSync(path, [join(dist, `${name}.js`)], { env: bare, encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(stdout).toMatch(/^::error::This is not a step of a workflow: .*%0AWhat to do: /);
  });

  const withPost = actions.filter((action) => stepsOf(action).post !== undefined).map(({ name }) => name);

  test.each(withPost)('the post step of %s succeeds if nothing was started', (name) => {
    const stub = join(dist, `${name}-post.js`);
    const { status, stdout, stderr } = spawnSync(path, [stub], { env: bare, encoding: 'utf8' });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  });
});
