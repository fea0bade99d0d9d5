/** The judge of workflows/example-lumi, which runs after the jobs of all images. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const example = fileURLToPath(new URL('../../../workflows/example-lumi/after', import.meta.url));
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'example-lumi-'));
  cpSync(example, folder, { recursive: true });
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('verify.mjs', () => {
  const list = '- { name: base }\n- { name: app, base: base }\n- { name: top, base: app }\n- { name: alone }\n';
  type Needs = Record<string, { result: string; outputs: Record<string, string> }>;
  /** The results of a run in which every image passed. */
  const passed = (): Needs => {
    const needs: Needs = { start: { result: 'success', outputs: {} }, prepare: { result: 'success', outputs: {} } };
    for (const name of ['base', 'app', 'top', 'alone']) {
      needs[`build_${name}`] = { result: 'success', outputs: { digest: `sha256:${name}` } };
      needs[`transfer_${name}`] = { result: 'success', outputs: {} };
      needs[`test_${name}`] = {
        result: 'success',
        outputs: { evidence: `passed ${name} sha256:${name} tests=3 run=7` },
      };
    }
    return needs;
  };
  /** What GitHub does with the jobs after one that did not succeed. */
  const skip = (needs: Needs, ...jobs: string[]): void => {
    for (const job of jobs) needs[job] = { result: 'skipped', outputs: {} };
  };
  const verify = (needs: Needs): { code: number | null; lines: string[]; summary: string } => {
    writeFileSync(join(folder, 'ci/images.yml'), list);
    const summary = join(folder, 'summary.md');
    writeFileSync(summary, '');
    const env = { PATH: process.env['PATH'], NEEDS: JSON.stringify(needs), GITHUB_STEP_SUMMARY: summary };
    const { status, stdout, stderr } = spawnSync(process.execPath, ['ci/verify.mjs'], {
      cwd: folder,
      env,
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    return { code: status, lines: stdout.trim().split('\n'), summary: readFileSync(summary, 'utf8') };
  };
  const lineOf = (needs: Needs, name: string): string => {
    const { code, lines, summary } = verify(needs);
    expect({ code, last: lines.at(-1) }).toEqual({ code: 1, last: expect.stringMatching(/^::error::/) });
    const line = lines.find((one) => one.slice(9).startsWith(`${name}:`)) ?? '';
    expect(summary).toContain(`| ${name} | `);
    return line;
  };

  test('is green when the tests of every image passed, also in an earlier run', () => {
    const needs = passed();
    needs['test_alone']!.outputs['evidence'] = 'passed alone sha256:alone tests=12 run=3';
    const { code, lines, summary } = verify(needs);
    expect(code).toBe(0);
    expect(lines).toEqual([
      'passed   base: 3 tests passed in run 7',
      'passed   app: 3 tests passed in run 7',
      'passed   top: 3 tests passed in run 7',
      'passed   alone: 12 tests passed in run 3',
    ]);
    expect(summary).toContain('## 4 of 4 images passed');
  });

  test('judges the others when one fails, and names the base at which it began', () => {
    const needs = passed();
    needs['build_base'] = { result: 'failure', outputs: {} };
    skip(needs, 'transfer_base', 'test_base');
    for (const name of ['app', 'top']) skip(needs, `build_${name}`, `transfer_${name}`, `test_${name}`);
    expect(verify(needs)).toEqual({
      code: 1,
      lines: [
        'unknown  base: not built: its build failed',
        'unknown  app: not built: its base base failed',
        'unknown  top: not built: its base base failed',
        'passed   alone: 3 tests passed in run 7',
        '::error::1 of 4 images passed. Not: base, app, top',
      ],
      summary: expect.stringMatching(/\| base \|[^]*\| alone \|/),
    });
  });

  test.each<[string, string, (needs: Needs) => void]>([
    [
      'failed   app: 2 tests failed in run 7',
      'tests that failed',
      (needs) => {
        needs['test_app'] = { result: 'failure', outputs: { evidence: 'failed app sha256:app tests=2 run=7' } };
      },
    ],
    [
      'unknown  app: no evidence: its test job is green and says nothing',
      'a green job without evidence',
      (needs) => {
        needs['test_app']!.outputs = {};
      },
    ],
    [
      'unknown  app: no evidence: its test job is green and says nothing',
      'evidence that cannot be read',
      (needs) => {
        needs['test_app']!.outputs['evidence'] = 'passed';
      },
    ],
    [
      'unknown  app: no test was run',
      'evidence of no test',
      (needs) => {
        needs['test_app']!.outputs['evidence'] = 'passed app sha256:app tests=0 run=7';
      },
    ],
    [
      'unknown  app: the evidence is about another image: app sha256:old',
      'evidence of an older build',
      (needs) => {
        needs['test_app']!.outputs['evidence'] = 'passed app sha256:old tests=3 run=7';
      },
    ],
    [
      'unknown  app: the evidence is about another image: base sha256:app',
      'evidence of another image',
      (needs) => {
        needs['test_app']!.outputs['evidence'] = 'passed base sha256:app tests=3 run=7';
      },
    ],
    [
      'unknown  app: its tests passed, but its job failed',
      'a red job with green evidence',
      (needs) => {
        needs['test_app']!.result = 'failure';
      },
    ],
    [
      'unknown  app: not tested: its job was canceled before it had a result',
      'a canceled test',
      (needs) => {
        needs['test_app'] = { result: 'cancelled', outputs: {} };
      },
    ],
    [
      'unknown  app: not transferred: its job failed',
      'a transfer that failed',
      (needs) => {
        needs['transfer_app']!.result = 'failure';
        skip(needs, 'test_app');
      },
    ],
    [
      'unknown  app: not built: the job prepare failed',
      'a preparation that failed',
      (needs) => {
        needs['prepare']!.result = 'failure';
        for (const job of Object.keys(needs).slice(2)) skip(needs, job);
      },
    ],
    [
      'unknown  app: not built: the job start was canceled',
      'a start that was canceled',
      (needs) => {
        needs['start']!.result = 'cancelled';
        skip(needs, 'prepare', ...Object.keys(needs).slice(2));
      },
    ],
    [
      'unknown  app: the workflow has no jobs for it: run `node ci/print-workflow.mjs`',
      'a list that has grown',
      (needs) => {
        delete needs['build_app'];
      },
    ],
  ])('says "%s" for %s', (line, _, change) => {
    const needs = passed();
    change(needs);
    expect(lineOf(needs, 'app')).toBe(line);
  });

  test('is red for jobs of an image that is not in the list any more', () => {
    const needs = { ...passed(), build_old: { result: 'success', outputs: {} } };
    expect(verify(needs)).toMatchObject({
      code: 1,
      lines: expect.arrayContaining([expect.stringContaining('Jobs of no image of the list: build_old.')]),
    });
  });
});
