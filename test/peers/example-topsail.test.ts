/** The example in TOPSAIL's layout: its Python as the CI of before ran it, and by run-phases. */
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { runStep, type StepResult } from '../../sandbox/step.js';
import { findNode24 } from '../node24/nodes.js';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const EXAMPLE = here('../../workflows/example-topsail');
const PYTHON = here('../../.peers/venv/bin/python3');

let folder: string;
let repository: string;
let environment: Readonly<Record<string, string>>;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'example-topsail-'));
  repository = join(folder, 'repository');
  cpSync(join(EXAMPLE, 'project'), repository, { recursive: true });
  cpSync(join(EXAMPLE, 'before/run'), join(repository, 'run'));
  for (const name of ['bin', 'shared', 'temp']) mkdirSync(join(folder, name));
  const python = join(folder, 'bin/python3');
  writeFileSync(python, `#!/bin/sh\nexec ${PYTHON} "$@"\n`);
  chmodSync(python, 0o755);
  const path = `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`;
  environment = { PATH: path, HOME: folder, PYTHONDONTWRITEBYTECODE: '1' };
});
afterEach(() => rmSync(folder, { recursive: true, maxRetries: 3 }));

describe('before: a step for each entry point, started by a comment', () => {
  const step = (command: string, comment: string) => {
    const artifacts = join(folder, command);
    rmSync(artifacts, { recursive: true, force: true });
    mkdirSync(artifacts);
    const env = { ...environment, PR_COMMENT: comment, SHARED_DIR: join(folder, 'shared'), ARTIFACT_DIR: artifacts };
    const { status, stdout } = spawnSync('./run', ['serving', 'test.py', command], {
      cwd: repository,
      env,
      encoding: 'utf8',
    });
    return { status, stdout, artifacts };
  };

  test('it works', () => {
    const comment = '/test serving light\n/var tests.serving.clients: [2]';
    const ends = ['pre_cleanup_ci', 'prepare_ci', 'test_ci', 'post_cleanup_ci'].map((one) => step(one, comment));
    expect(ends.map(({ status }) => status)).toEqual([0, 0, 0, 0]);
    const results = readFileSync(join(ends[2]!.artifacts, '000__test_2_clients/results.json'), 'utf8');
    expect(JSON.parse(results)).toMatchObject({ clients: 2, requests: 10 });
    expect(ends[3]!.stdout).toContain('The service is undeployed.');
  });

  test.each([
    ['a preset with a typing error', '/test serving ligth', /KeyError: 'ligth'/],
    ['`=` in place of `:`', '/test serving light\n/var tests.serving.requests=5', /AttributeError/],
    ['a key that does not exist', '/test serving light\n/var tests.serving.request: 5', /does not exist/],
    ['a test whose name begins the same, which is taken for this one', '/test serving-long light', /KeyError: '-long'/],
  ])('with %s the first step fails, after the cluster was created', (_, comment, why) => {
    const { status, stdout } = step('pre_cleanup_ci', comment);
    expect(status).toBe(1);
    expect(stdout).toMatch(why);
  });
});

describe('after: the same files by run-phases', () => {
  const run = (inputs: Readonly<Record<string, string>> = {}): Promise<StepResult> =>
    runStep({
      node: findNode24(),
      script: here('../../dist/run-phases.js'),
      inputs: {
        program: 'projects/serving/testing/test.py',
        env: JSON.stringify({ PYTHONPATH: '.' }),
        name: 'serving',
        skip: 'export_artifacts',
        ...inputs,
      },
      environment: {
        ...environment,
        GITHUB_ACTIONS: 'true',
        GITHUB_JOB: 'test',
        GITHUB_REPOSITORY: 'octo-org/octo-repo',
        GITHUB_RUN_ATTEMPT: '1',
        GITHUB_RUN_ID: '1',
        GITHUB_SHA: '0'.repeat(40),
        GITHUB_WORKSPACE: repository,
        RUNNER_TEMP: join(folder, 'temp'),
      },
    });
  const read = ({ outputs }: StepResult, name: string): string =>
    readFileSync(join(outputs['artifacts'] ?? '', name), 'utf8');
  const configure = (change: (text: string) => string): string =>
    change(readFileSync(join(repository, 'projects/serving/testing/config.yaml'), 'utf8')).replace(
      'clients: [1, 2, 4, 8]\n    requests: 50',
      'clients: [1]\n    requests: 3',
    );

  test('it works, with the configuration that plan-run has resolved', async () => {
    const result = await run({ config: configure((text) => text) });
    expect([result.code, result.outputs['verdict']]).toEqual([0, 'passed']);
    expect(JSON.parse(read(result, '002__test_ci/000__test_1_clients/results.json'))).toMatchObject({ requests: 3 });
    expect(read(result, '004__post_cleanup_ci/run.log')).toContain('The service is undeployed.');
    expect(read(result, 'FINISHED')).toMatch(/^Test of 'serving' succeeded/);
  });

  test('a test that fails is red with what the program said, and the cleanup ran', async () => {
    const result = await run({ config: configure((text) => text.replace('max_p95_ms: 300', 'max_p95_ms: 0')) });
    expect([result.code, result.outputs['failed']]).toEqual([1, '["test_ci"]']);
    expect(result.outputs['reason']).toMatch(/^test_ci failed: exit code 1\. FAILURE: RuntimeError: 1 clients wait/);
    expect(read(result, '002__test_ci/report.html')).toContain('<svg');
    expect(read(result, '004__post_cleanup_ci/run.log')).toContain('The service is undeployed.');
  });

  test('a cleanup that fails is red; before, `best_effort` hid it', async () => {
    expect(readFileSync(join(EXAMPLE, 'before/ci-operator.yaml'), 'utf8')).toContain('best_effort: true');
    const undeploy = join(repository, 'projects/serving/toolbox/undeploy.py');
    writeFileSync(undeploy, `${readFileSync(undeploy, 'utf8')}\nraise SystemExit("The cluster does not answer.")\n`);
    const result = await run({ config: configure((text) => text), skip: 'pre_cleanup_ci, export_artifacts' });
    expect([result.code, result.outputs['failed']]).toEqual([1, '["post_cleanup_ci"]']);
  });

  test('with `keep` the cleanup leaves what was deployed', async () => {
    const result = await run({ config: configure((text) => text.replace('keep: false', 'keep: true')) });
    expect(result.code).toBe(0);
    expect(read(result, '004__post_cleanup_ci/run.log')).toContain('the service stays');
    const pid = join(`${result.outputs['artifacts']}.shared`, 'serving.pid');
    expect(existsSync(pid)).toBe(true);
    process.kill(Number(readFileSync(pid, 'utf8')));
  });
});
