import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderRun, type PastRun } from '../../src/core/history/entry.js';
import type { Step, StepResult } from '../../sandbox/step.js';
import { TestStage } from './test-stage.js';

/** A machine type that no test runs on. */
export const MACHINE = '{"type": "m7g.xlarge"}';

/** A figure as a line of JSON. */
export interface Line {
  readonly name: string;
  readonly value: unknown;
  readonly unit?: string;
  readonly better?: 'lower' | 'higher' | undefined;
}

/** judge-results through its bundle, with a workspace, a temp folder and git repositories of its own. */
export class JudgeStage {
  private readonly stage = new TestStage();
  readonly workspace = this.stage.workspace;
  readonly directory = this.stage.directory;

  constructor() {
    mkdirSync(join(this.directory, 'temp'));
  }

  close(): void {
    this.stage.close();
  }

  write(path: string, text: string): void {
    this.stage.write(path, text);
  }

  writeLines(path: string, lines: readonly Line[]): void {
    this.write(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  }

  /** Earlier runs of main, as `history.jsonl`: a metric with these values. */
  writeHistory(values: readonly number[], more: Partial<PastRun> = {}, name = 'latency'): void {
    this.write(
      'history.jsonl',
      values
        .map((value, index) =>
          renderRun({
            id: `${index}-1-benchmark`,
            at: Date.UTC(2026, 0, 1 + index),
            commit: `c${index}`,
            branch: 'main',
            name: 'benchmark',
            machine: { type: 'm7g.xlarge' },
            figures: new Map([[name, { value, count: 1, unit: 'ms', better: 'lower' }]]),
            ...more,
          }),
        )
        .join(''),
    );
  }

  /** The text of a file of the workspace; '' if there is none. */
  left(path: string): string {
    const full = join(this.workspace, path);
    return existsSync(full) ? readFileSync(full, 'utf8') : '';
  }

  /** An empty repository on the git server of the step. @returns its folder */
  addEmptyRepository(name = 'o/r'): string {
    const folder = join(this.directory, 'git', `${name}.git`);
    execFileSync('git', ['init', '--quiet', '--bare', folder]);
    return folder;
  }

  /** A push to main, unless told otherwise. */
  judge(inputs: Step['inputs'], { environment, ...how }: Partial<Step> = {}): Promise<StepResult> {
    return this.stage.run(
      'judge-results',
      { machine: MACHINE, ...inputs },
      {
        ...how,
        environment: {
          RUNNER_TEMP: join(this.directory, 'temp'),
          GITHUB_EVENT_NAME: 'push',
          GITHUB_REF_NAME: 'main',
          GITHUB_REF_TYPE: 'branch',
          ...environment,
        },
      },
    );
  }
}
