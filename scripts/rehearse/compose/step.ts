/** Runs run-compose on the instance as GitHub's runner does: its main step, then its post step. Argument: a {@link StepSpec}. */
import { readFileSync, writeFileSync } from 'node:fs';
import { runStep } from '../../../sandbox/step.js';

export interface StepSpec {
  /** The absolute path of dist/. */
  readonly dist: string;
  readonly inputs: Readonly<Record<string, string>>;
  /** Replaces the one of the instance, whose disk is gone after the rehearsal. */
  readonly runnerTemp: string;
  /** The file for a {@link StepReport}. */
  readonly report: string;
}

export interface StepReport {
  readonly code: number;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly seconds: number;
}

// A canceled job signals every process. The action needs its time to remove what it made.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);

const spec = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as StepSpec;
const environment = { ...(process.env as Record<string, string>), RUNNER_TEMP: spec.runnerTemp };
const step = { inputs: spec.inputs, environment, onLine: (line: string) => console.log(line) };
const main = await runStep({ ...step, script: `${spec.dist}/run-compose.js` });
const post = await runStep({ ...step, script: `${spec.dist}/run-compose-post.js`, state: main.state });
const code = main.code || post.code || (main.code === null || post.code === null ? 1 : 0);
const report: StepReport = { code, outputs: main.outputs, summary: main.summary, seconds: main.seconds };
writeFileSync(spec.report, JSON.stringify(report));
process.exitCode = code;
