import { refuseProblems } from '../src/core/inputs/inputs.js';
import * as advice from '../src/core/kernel/advice.js';
import { sumCosts } from '../src/core/kernel/costs.js';
import type { LocatedInstance } from '../src/core/instances/located-instance.js';
import { TAG, type Scope } from '../src/core/kernel/identity.js';
import type { Log } from '../src/core/ports/process.js';
import { logBill } from '../src/core/stop/bill-report.js';
import { logFailed } from '../src/core/stop/failed-report.js';
import { summarizeStop } from '../src/core/stop/report.js';
import { readSpan, readStarted } from '../src/core/stop/started-machines.js';
import { refuseUnstopped, stopRunners, type StopResult } from '../src/core/stop/stop.js';
import { renderInterruptions } from '../src/core/stop/interruptions.js';
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
    const { values, target, notices, warnings, problems, credentialProblems } = loadStop(
      readInputs({ ...startInputs, ...inputs }),
    );
    for (const notice of notices) log.info(notice);
    for (const warning of warnings) log.warning(warning);
    if (!target) return refuseProblems([...problems, ...credentialProblems], NOTHING_STOPPED);
    const request = {
      run: context,
      ...target,
      runnerName: context.runnerName,
      wait: values.wait,
      started: readStarted(values.runners),
      job: readSpan(values['job-times']),
    };
    const { label, instanceIds, all, hasInvalidIds } = target;
    // A stop reads the jobs of the run with neither a label nor an id, and with both for `InstanceSearch.ambiguous`.
    const readsRuns = !all && ((label === undefined) === (instanceIds.length === 0) || hasInvalidIds === true);
    const patient = { log, signal, purpose: 'end' } as const;
    const gitHubOf = async (scope: Scope) => {
      refuseProblems(credentialProblems, CORRECT_CREDENTIALS);
      return connectToGitHub(values, { context, scope, ...patient, readsRuns });
    };
    const clouds = await connectToEc2(patient);
    const gitHubOfRun = async () => {
      refuseProblems(credentialProblems, CORRECT_CREDENTIALS);
      const scope = { kind: 'repo', owner: context.owner, repo: context.repo } as const;
      return connectToGitHub(values, { context, scope, ...patient, readsRuns: true });
    };
    const endVolumes = async (instances: readonly LocatedInstance[]) =>
      instances.some(({ instance: { tags } }) => / snapshot /.test(tags[TAG.dataVolume] ?? ''))
        ? (await import('./data-volume.js')).endVolumes(instances, {
            run: context,
            gitHubOfRun,
            ...patient,
            clock,
            ...clouds,
          })
        : [];
    const ports = { ...clouds, gitHubOf, gitHubOfRun, clock, log, signal, endVolumes };
    const stopped = await stopRunners(request, ports);
    reportCosts(stopped, log);
    reportFailed(stopped, log);
    writeOutputs({ interrupted: renderInterruptions(stopped.explanations) });
    appendSummary(summarizeStop(stopped), log);
    reportProblems(stopped, problems, log);
  });
}

const NOTHING_STOPPED = 'Correct them in the workflow and run stop-runner again. Nothing was stopped.';
const CORRECT_CREDENTIALS = 'Give stop-runner the credentials that start-runner has.';

function reportCosts({ instances, bill }: StopResult, log: Log): void {
  const { cost, unknown } = sumCosts(bill.machines);
  writeOutputs({
    'ec2-instance-ids': instances.map(({ instance }) => instance.id),
    cost: unknown > 0 ? 'unknown' : cost.toFixed(4),
    costs: bill.machines,
  });
  for (const line of logBill(bill)) log.info(line);
}

/** What is left after a job costs money. */
function reportFailed({ failed }: StopResult, log: Log): void {
  writeOutputs({
    kept: failed.map(({ instance: { id, type }, region, until, why }) => ({
      instance: id,
      type,
      region,
      until: new Date(until).toISOString(),
      why,
    })),
  });
  for (const line of logFailed(failed)) log.notice(line);
}

/** Fails the step for what could not be stopped, or else for what is wrong with its inputs. @throws Failure */
function reportProblems(stopped: StopResult, problems: readonly string[], log: Log): void {
  if (stopped.refusals.length + stopped.foreign.length > 0) for (const problem of problems) log.warning(problem);
  refuseUnstopped(stopped);
  refuseProblems(problems, 'Correct it in the workflow. Everything else that the inputs name was stopped.');
}
