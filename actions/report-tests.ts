import * as advice from '../src/core/kernel/advice.js';
import { Failure } from '../src/core/kernel/failure.js';
import { parseInputs, refuseProblems } from '../src/core/inputs/inputs.js';
import { judgeRun, listJobs, summarizeRun } from '../src/core/verdict/run-summary.js';
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
    const run = judgeRun(jobs, values.environments);
    const summary = summarizeRun(run);
    log.info(summary);
    await appendSummary(summary, log);
    writeOutputs({ verdict: run.verdict, skipped: listJobs(run.jobs, 'skipped') });
    if (run.verdict !== 'failed') return;
    const bad = run.jobs.filter(({ kind }) => kind === 'failed').map(({ job, why }) => `${job.name} (${why})`);
    const message = bad.length > 0 ? `Not successful: ${bad.join(', ')}.` : 'No environment was tested.';
    throw new Failure('environments-failed', message, {
      hint: advice.LOOK_AT_FAILED_JOBS,
    });
  });
}
