import { parseInputs, refuseProblems } from '../src/core/inputs/inputs.js';
import { refuseUnknownRegions } from '../src/core/kernel/region.js';
import type { ReaperEc2 } from '../src/core/ports/ec2.js';
import { reap, refuseIncomplete } from '../src/core/reap/reap.js';
import { listFindings, summarizeReap } from '../src/core/reap/report.js';
import { clock } from '../src/host/clock.js';
import { readContext } from '../src/host/context.js';
import { runAction } from '../src/host/exit.js';
import { createLog } from '../src/host/log.js';
import { writeOutputs } from '../src/host/outputs.js';
import { listenForCancellation } from '../src/host/signals.js';
import { appendSummary } from '../src/host/summary.js';
import { connectToEc2, connectToGitHub } from './connect.js';
import { checkCredentials } from './credentials.inputs.js';
import { readInputs } from './read-inputs.js';
import { inputs } from './reap-runners.inputs.js';

/** `reap-runners`. */
export function runReapRunners(): Promise<void> {
  const signal = listenForCancellation('Nothing is half done: the next sweep judges everything again.');
  return runAction(async () => {
    const log = createLog();
    const context = readContext();
    const raw = readInputs(inputs);
    const { values, problems } = parseInputs(inputs, raw);
    refuseProblems([...problems, ...checkCredentials(raw)], 'Correct them in the workflow. Nothing was removed.');
    const enterprise = values.enterprise ?? context.enterprise;
    const home = { owner: context.owner, repo: context.repo };
    const request = {
      reach: { kind: values.scope, home, ...(enterprise !== undefined && { enterprise }) },
      graceMs: values['grace-minutes'] * 60_000,
      dryRun: values['dry-run'],
    };
    const patient = { log, signal, purpose: 'end' } as const;
    const reaped = await reap(request, {
      regions: await connectRegions(values.regions, await connectToEc2(patient)),
      gitHubOf: (scope) => connectToGitHub(values, { context, scope, ...patient, readsRuns: true }),
      clock,
      log,
      signal,
    });
    const { findings } = reaped;
    writeOutputs({
      findings: listFindings(findings),
      removed: findings.filter(({ outcome }) => outcome === 'removed').length,
      failed: findings.filter(({ outcome }) => outcome === 'failed').length,
    });
    appendSummary(summarizeReap(reaped, request.dryRun), log);
    refuseIncomplete(reaped);
  });
}

/**
 * The home region, unless the input names others. They must exist, because EC2 gives no answer for a region that does
 * not.
 */
async function connectRegions(
  given: readonly string[] | undefined,
  { ec2, ec2In }: Awaited<ReturnType<typeof connectToEc2>>,
): Promise<readonly ReaperEc2[]> {
  if (given === undefined) return [ec2];
  if (given.some((region) => region !== ec2.region)) refuseUnknownRegions(given, await ec2.listRegions());
  return Promise.all(given.map((region) => ec2In(region)));
}
