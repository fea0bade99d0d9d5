import { parseInputs, refuseProblems } from '../src/core/inputs/inputs.js';
import { readCosts, renderTotal } from '../src/core/verdict/job-costs.js';
import { judgeRun, listJobs, summarizeJobs, toRunFailure } from '../src/core/verdict/jobs.js';
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
    const { runAttempt } = readContext();
    const log = createLog();
    const { values, problems } = parseInputs(inputs, readInputs(inputs));
    const jobs = values.needs ?? [];
    const missing =
      jobs.length === 0 && problems.length === 0 ? ['`needs` is empty; allowed: `${{ toJSON(needs) }}`.'] : [];
    refuseProblems([...problems, ...missing]);
    const run = judgeRun(jobs, values.environments);
    const summary = summarizeJobs(run, runAttempt !== '1');
    log.info(summary);
    appendSummary(summary, log);
    const cost = renderTotal(
      run.jobs.map(({ job, kind }) => (kind === 'not chosen' ? undefined : readCosts(job.outputs))),
    );
    writeOutputs({ verdict: run.verdict, cost, skipped: listJobs(run.jobs, 'skipped') });
    const failure = toRunFailure(run);
    if (failure) throw failure;
  });
}
