import { readFileSync } from 'node:fs';
import { describePlan } from '../src/core/machine/refusals.js';
import { readBootPhases, type BootPhase } from '../src/core/kernel/boot-phases.js';
import type { BootScripts } from '../src/core/machine/payload.js';
import type { Ec2ByRegion } from '../src/core/ports/ec2.js';
import { summarizePlans, summarizeStart } from '../src/core/start/report.js';
import type { StartPorts } from '../src/core/start/ports.js';
import { Created } from '../src/core/start/created.js';
import { rollBack } from '../src/core/start/roll-back.js';
import { dryRunStart, startRunners } from '../src/core/start/start.js';
import type { Started } from '../src/core/start/started.js';
import { parseInputs } from '../src/core/inputs/inputs.js';
import { Failure } from '../src/core/kernel/failure.js';
import { clock } from '../src/host/clock.js';
import { readContext } from '../src/host/context.js';
import { runAction } from '../src/host/exit.js';
import { createLog } from '../src/host/log.js';
import { mask } from '../src/host/mask.js';
import { nonce } from '../src/host/nonce.js';
import { writeOutputs } from '../src/host/outputs.js';
import { listenForCancellation } from '../src/host/signals.js';
import { createJournal, readJournal } from '../src/host/state.js';
import { appendSummary } from '../src/host/summary.js';
import { connectToEc2, connectToGitHub } from './connect.js';
import { credentialInputs } from './credentials.inputs.js';
import { readInputs } from './read-inputs.js';
import { foreseeLabel, loadStart, type LoadedStart } from './start-request.js';
import { inputs } from './start-runner.inputs.js';

/** How long a finished start waits for the console, which only the summary's chart needs. */
const CONSOLE_BOUND_MS = 1_000;

/** `start-runner`'s main step. @param root the suite's own directory, for the programs of `ami/boot/` */
export function runStartRunner(root: URL): Promise<void> {
  const signal = listenForCancellation(
    'What was started is being removed; whatever the time did not allow is left to the `post` step.',
  );
  return runAction(async () => {
    const log = createLog();
    const context = readContext();
    const given = readInputs(inputs);
    const startId = nonce(8);
    // Before anything can fail: by it a stop finds what this start left, and nothing else.
    writeOutputs({ label: foreseeLabel(given, context, startId) });
    const loading = loadStart(given, context, {
      startId,
      // The first runner is registered while the image is asked about.
      connect: (values, scope) => connectToGitHub(values, { context, scope, log, signal, connections: 2 }),
    });
    // Meanwhile: to read the presets and to find the credentials, each may have to ask somebody.
    const connecting = connectToEc2({ log, signal });
    // What is wrong with the inputs is told first.
    connecting.catch(() => undefined);
    const loaded = await loading;
    for (const notice of loaded.notices) log.info(notice);
    const clouds = await connecting;
    writeOutputs({ label: loaded.request.label, region: clouds.ec2.region });
    const ports = {
      ...clouds,
      github: loaded.github,
      clock,
      log,
      journal: createJournal(),
      signal,
      bootScripts: readBootScripts(root),
      mask,
    };
    if (loaded.isDryRun) {
      const { plans, regionSetups } = await dryRunStart(loaded.request, ports);
      await appendSummary(summarizePlans(plans, regionSetups), log);
      for (const [index, plan] of plans.entries()) log.info(`Plan ${index + 1}: ${describePlan(plan)}`);
      return;
    }
    await startRunners(loaded.request, ports, (started) => publish(started, loaded, ports));
  });
}

/** `start-runner`'s post step: removes what was started and not confirmed, and never what succeeded. */
export function runStartRunnerPost(): Promise<void> {
  const signal = listenForCancellation('stop-runner, reap-runners and the machines’ own timers end what is left.');
  return runAction(async () => {
    const journal = readJournal();
    if (journal?.state !== 'started') return;
    const log = createLog();
    const context = readContext();
    const { values } = parseInputs(credentialInputs, readInputs(credentialInputs));
    log.info('The start did not come to its end; removing what it left.');
    const patient = { log, signal, purpose: 'end' } as const;
    const left = await rollBack(Created.fromJournal(journal, context), {
      clock,
      log,
      ec2In: (await connectToEc2(patient)).ec2In,
      github: await connectToGitHub(values, { context, scope: journal.scope, ...patient }),
    });
    if (left.length === 0) return;
    throw new Failure('cleanup-incomplete', 'Not everything that this start left could be removed.', {
      hint: 'Run stop-runner in a job with `if: always()`; the instance itself powers off at its idle timeout.',
      details: left,
    });
  });
}

async function publish(started: Started, loaded: LoadedStart, { ec2, ec2In, log }: StartPorts): Promise<void> {
  const { label } = loaded.request;
  const since = (at: number | undefined) =>
    at === undefined ? null : Math.round((at - started.requestedAt) / 100) / 10;
  const { instances } = started;
  writeOutputs({
    label,
    region: instances[0]?.region ?? ec2.region,
    'ec2-instance-id': instances[0]?.instance.id ?? '',
    'ec2-instance-ids': instances.map(({ instance }) => instance.id),
    runners: instances.flatMap(({ instance, plan, runners, resumed, runningAt }) =>
      runners.map(({ id, name, onlineAt }) => ({
        name,
        id,
        instance: instance.id,
        type: plan.instanceType,
        subnet: plan.subnetId ?? instance.subnetId ?? null,
        market: plan.market,
        region: plan.region,
        toRunning: since(runningAt),
        toOnline: since(onlineAt),
        ...(resumed && { pool: loaded.request.pool }),
      })),
    ),
  });
  const phases = loaded.request.startup.waitFor === 'online' ? await readPhases(started, ec2In) : [];
  await appendSummary(summarizeStart(started, { label, phases }), log);
}

async function readPhases(started: Started, ec2In: Ec2ByRegion): Promise<readonly BootPhase[]> {
  const [first] = started.instances;
  if (!first) return [];
  // A chart without the agent's mark is no reason to fail a start that succeeded.
  const text = ec2In(first.region)
    .then((ec2) => ec2.readConsole(first.instance.id))
    .catch(() => '');
  return readBootPhases(await Promise.race([text, clock.sleep(CONSOLE_BOUND_MS).then(() => '')]));
}

/** At once: Node would start its pool of threads for it, which takes longer than reading the whole of both. */
function readBootScripts(root: URL): BootScripts {
  const read = (name: string) => readFileSync(new URL(`ami/boot/${name}`, root), 'utf8');
  return {
    agent: read('agent.sh'),
    installRunner: read('install-runner.sh'),
    aptWhenFree: read('apt-when-free.sh'),
  };
}
