import { Failure } from '../src/core/failure.js';
import { parseInputs, refuseProblems } from '../src/core/inputs.js';
import { findUnsuccessful, summariseRun } from '../src/core/run-summary.js';
import { readContext } from '../src/host/context.js';
import { runAction } from '../src/host/exit.js';
import { createLog } from '../src/host/log.js';
import { writeOutputs } from '../src/host/outputs.js';
import { appendSummary } from '../src/host/summary.js';
import { readInputs } from './read-inputs.js';
import { inputs } from './report-tests.inputs.js';

/** `report-tests`. */
export function runReportTests(): Promise<void> {
  return runAction(async () => {
    readContext();
    const log = createLog();
    const { values, problems } = parseInputs(inputs, readInputs(inputs));
    const jobs = values.needs ?? [];
    const missing =
      jobs.length === 0 && problems.length === 0 ? ['`needs` is empty; allowed: `${{ toJSON(needs) }}`.'] : [];
    refuseProblems([...problems, ...missing]);
    const bad = findUnsuccessful(jobs);
    const summary = summariseRun(jobs);
    log.info(summary);
    await appendSummary(summary, log);
    writeOutputs({ verdict: bad.length === 0 ? 'passed' : 'failed' });
    if (bad.length === 0) return;
    throw new Failure(
      'environments-failed',
      `Not successful: ${bad.map(({ name, result }) => `${name} (${result})`).join(', ')}.`,
      {
        hint: 'Look at the jobs of these environments. "Re-run failed jobs" repeats only them, on new machines.',
      },
    );
  });
}
