import { refuseProblems } from '../src/core/inputs/inputs.js';
import * as advice from '../src/core/kernel/advice.js';
import { sumCosts } from '../src/core/kernel/costs.js';
import { logBill } from '../src/core/stop/bill-report.js';
import { summarizeStop } from '../src/core/stop/report.js';
import { readSpan, readStarted } from '../src/core/stop/started-machines.js';
import { refuseUnstopped, stopRunners } from '../src/core/stop/stop.js';
import { clock } from '../src/host/clock.js';
import { readContext } from '../src/host/context.js';
import { runAction } from '../src/host/exit.js';
import { createLog } from '../src/host/log.js';
import { writeOutputs } from '../src/host/outputs.js';
import { listenForCancellation } from '../src/host/signals.js';
import { appendSummary } from '../src/host/summary.js';
import { connectToEc2, connectToGitHub } from './connect.js';
import { readInputs } from './read-inputs.js';
import { inputs as startInputs } from './start-runner.inputs.js';
import { loadStop } from './stop-request.js';
import { inputs } from './stop-runner.inputs.js';

/** `stop-runner`. */
export function runStopRunner(): Promise<void> {
  const signal = listenForCancellation(
    `${advice.REPEAT_STOP} Otherwise reap-runners and the instances' own timers end the rest.`,
  );
  return runAction(async () => {
    const log = createLog();
    const context = readContext();
    const { values, notices, unknown } = loadStop(readInputs({ ...startInputs, ...inputs }));
    for (const notice of notices) log.info(notice);
    const { label, all, wait, 'ec2-instance-id': instanceIds = [] } = values;
    const request = {
      run: context,
      label,
      instanceIds,
      all,
      runnerName: context.runnerName,
      wait,
      started: readStarted(values.runners),
      job: readSpan(values['job-times']),
    };
    // A stop reads the jobs of the run with neither a label nor an id, and with both for `InstanceSearch.ambiguous`.
    const readsRuns = !all && (label === undefined) === (instanceIds.length === 0);
    const patient = { log, signal, purpose: 'end' } as const;
    const stopped = await stopRunners(request, {
      ...(await connectToEc2(patient)),
      gitHubOf: (scope) => connectToGitHub(values, { context, scope, ...patient, readsRuns }),
      clock,
      log,
      signal,
    });
    const { machines } = stopped.bill;
    const { cost, unknown: unpriced } = sumCosts(machines);
    writeOutputs({
      'ec2-instance-ids': stopped.instances.map(({ instance }) => instance.id),
      cost: unpriced > 0 ? 'unknown' : cost.toFixed(4),
      costs: machines,
    });
    for (const line of logBill(stopped.bill)) log.info(line);
    await appendSummary(summarizeStop(stopped), log);
    refuseUnstopped(stopped);
    refuseProblems(unknown, 'Correct it in the workflow. Everything else that the inputs name was stopped.');
  });
}
