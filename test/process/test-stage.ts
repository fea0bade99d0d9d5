import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runStep, type Step, type StepResult } from '../../sandbox/step.js';
import { findNode24 } from '../node24/nodes.js';

export const OWN_SHA = 'f'.repeat(40);

/** Runs the steps around a test with a workspace, our own programs on PATH, and a git server of plain files. */
export class TestStage {
  readonly directory = mkdtempSync(join(tmpdir(), 'ci-actions-tests-'));
  readonly workspace = join(this.directory, 'workspace');
  private readonly programs = join(this.directory, 'bin');
  private readonly servers = join(this.directory, 'git');

  constructor() {
    for (const folder of [this.workspace, this.programs, this.servers]) mkdirSync(folder);
  }

  close(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  write(path: string, text: string): void {
    const full = join(this.workspace, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, text);
  }

  /** Adds a bash program to PATH, which stands in for tox or uv. */
  addProgram(name: string, script: string): void {
    const path = join(this.programs, name);
    writeFileSync(path, `#!/bin/bash\n${script}\n`);
    chmodSync(path, 0o755);
  }

  /** Adds a repository. @returns the commits of `main`, of the branch `feature/x`, and of a fork's pull request */
  addRepository(name: string): { readonly main: string; readonly feature: string; readonly fork: string } {
    const [bare, work] = [join(this.servers, `${name}.git`), join(this.directory, 'work')];
    mkdirSync(dirname(bare), { recursive: true });
    const git = (cwd: string, ...args: string[]): string =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args], {
        cwd,
        encoding: 'utf8',
      }).trim();
    git(this.directory, 'init', '--quiet', '--bare', bare);
    git(bare, 'config', 'uploadpack.allowFilter', 'true');
    git(this.directory, 'init', '--quiet', '--initial-branch=main', work);
    const commit = (message: string, ref: string): string => {
      git(work, 'commit', '--quiet', '--allow-empty', '-m', message);
      git(work, 'push', '--quiet', bare, `HEAD:${ref}`);
      return git(work, 'rev-parse', 'HEAD');
    };
    const main = commit('1', 'refs/heads/main');
    git(work, 'tag', '-a', 'v1', '-m', 'v1');
    git(work, 'push', '--quiet', bare, 'v1');
    const commits = { main, feature: commit('2', 'refs/heads/feature/x'), fork: commit('3', 'refs/pull/1/head') };
    rmSync(work, { recursive: true });
    return commits;
  }

  run(action: string, inputs: Step['inputs'], more: Partial<Step> = {}): Promise<StepResult> {
    return runStep({
      node: findNode24(),
      ...more,
      script: fileURLToPath(new URL(`../../dist/${action}.js`, import.meta.url)),
      inputs,
      environment: {
        PATH: `${this.programs}:${process.env['PATH']}`,
        GITHUB_REPOSITORY: 'o/r',
        GITHUB_RUN_ID: '77',
        GITHUB_RUN_ATTEMPT: '1',
        GITHUB_JOB: 'start',
        GITHUB_SHA: OWN_SHA,
        GITHUB_WORKSPACE: this.workspace,
        GITHUB_SERVER_URL: `file://${this.servers}`,
        ...more.environment,
      },
    });
  }
}

/** The error code of a failed step; '' if the step did not fail, or failed because of a bug. */
export function codeOf({ lines }: StepResult): string {
  return lines.flatMap((line) => /^::error::.*%0ACode: ([a-z-]+)/.exec(line)?.[1] ?? []).join(' ');
}
