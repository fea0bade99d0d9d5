import { readFileSync } from 'node:fs';
import { parseInputs, textOf, type RawInputs } from '../src/core/inputs/inputs.js';
import { readBootPhases, type BootPhase } from '../src/core/kernel/boot-phases.js';
import { Failure, messageOf } from '../src/core/kernel/failure.js';
import type { BootScripts } from '../src/core/machine/payload.js';
import { describePlan } from '../src/core/machine/refusals.js';
import type { RegionSetup } from '../src/core/machine/region-setup.js';
import type { Ec2ByRegion } from '../src/core/ports/ec2.js';
import type { Journal, JournalEntry, Log } from '../src/core/ports/process.js';
import { Created } from '../src/core/start/created.js';
import type { StartParts } from '../src/core/start/parts.js';
import type { StartPorts } from '../src/core/start/ports.js';
import { summarizePlans, summarizeStart } from '../src/core/start/report.js';
import { labelUnder, needsRolesFormat, type StartRequest } from '../src/core/start/request.js';
import { rollBack } from '../src/core/start/roll-back.js';
import { dryRunStart, startRunners } from '../src/core/start/start.js';
import type { Started } from '../src/core/start/started.js';
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
import type { Advice, Asking } from './advise-on-workflow.js';
import { connectToEc2, connectToGitHub } from './connect.js';
import { credentialInputs } from './credentials.inputs.js';
import { lateParts } from './late-parts.js';
import { readInputs } from './read-inputs.js';
import { foreseeLabel, isDryRun, isMigrated, loadStart, type LoadedStart } from './start-request.js';
import { inputs } from './start-runner.inputs.js';

/** How long a finished start waits for the console. Only the summary's chart needs it. */
const CONSOLE_BOUND_MS = 1_000;

/** How long a finished start waits for the advice on its workflow. */
const ADVICE_BOUND_MS = 2_000;

/** `start-runner`'s main step. @param root the directory of this repository, for the programs of `ami/boot/` */
export function runStartRunner(root: URL): Promise<void> {
  const signal = listenForCancellation(
    'Everything that was started is being removed. The `post` step continues what this step does not finish.',
  );
  return runAction(async () => {
    const raw = readInputs(inputs);
    const journal = new Recorded(createJournal());
    try {
      await start(raw, { root, signal, journal });
    } catch (error) {
      // Workflows of ec2-github-runner go by a failed start's empty label: `label || 'ubuntu-latest'`. If something is
      // left, the stop needs it.
      if (isMigrated(raw) && journal.last !== 'started') writeOutputs({ label: '' });
      throw error;
    }
  });
}

/** A journal that also tells its last entry's state. */
class Recorded implements Journal {
  last: JournalEntry['state'] | undefined;

  constructor(private readonly journal: Journal) {}

  record(entry: JournalEntry): void {
    this.journal.record(entry);
    this.last = entry.state;
  }
}

interface Surroundings {
  readonly root: URL;
  readonly signal: AbortSignal;
  readonly journal: Journal;
}

async function start(raw: RawInputs, { root, signal, journal }: Surroundings): Promise<void> {
  const log = createLog();
  const context = readContext();
  const startId = nonce(8);
  // Written before anything can fail: by this label stop-runner finds what a failed start left behind, and nothing
  // else.
  if (!isDryRun(raw)) writeOutputs({ label: foreseeLabel(raw, context, startId) });
  const loading = loadStart(raw, context, {
    startId,
    say: (sentence) => log.info(sentence),
    // Two connections, because the first runner is registered while GitHub checks the image's runner.
    // Whether the holder of a machine's name is over, GitHub tells only a token that may read runs.
    connect: (values, scope) =>
      connectToGitHub(values, {
        context,
        scope,
        log,
        signal,
        connections: 2,
        readsRuns: textOf(raw, 'machine-name') !== '',
      }),
  });
  // Side by side: reading the presets and finding the credentials may each take a request.
  const connecting = connectToEc2({ log, signal });
  // Problems of the inputs are reported first.
  connecting.catch(() => undefined);
  const loaded = await loading;
  const clouds = await connecting;
  const found = { label: loaded.request.label, labels: labelsByRole(loaded.request, loaded.request.label) };
  writeOutputs({ ...(!loaded.isDryRun && found), region: clouds.ec2.region });
  let advice: Promise<Advice> | undefined;
  const advise = () => (advice ??= loadAdvice({ loaded, raw, context }, log));
  const bootScripts = readBootScripts(root);
  const { github } = loaded;
  const onLaunched = () => void advise();
  const ports: StartParts = {
    ...clouds,
    github,
    clock,
    log,
    journal,
    signal,
    bootScripts,
    mask,
    onLaunched,
    ...lateParts,
    ...(needsRolesFormat(loaded.request) && { rolesFormat: (await import('./roles.js')).rolesFormat }),
    ...(await openVolume(loaded.request, { ...clouds, clock, log })),
  };
  if (loaded.isDryRun) await dryRun(loaded.request, ports);
  else await startRunners(loaded.request, ports, (started) => publish(started, loaded, ports));
  await print(advise(), log);
}

async function openVolume(
  request: StartRequest,
  ports: Pick<StartPorts, 'ec2In' | 'clock' | 'log'>,
): Promise<Pick<StartPorts, 'dataVolume'>> {
  if (request.dataVolume === undefined) return {};
  return { dataVolume: (await import('./data-volume.js')).createStartVolume(request, ports) };
}

/** The module is loaded while EC2 boots. */
async function loadAdvice(asking: Asking, log: Log): Promise<Advice> {
  try {
    return await (await import('./advise-on-workflow.js')).adviseOnWorkflow(asking, log);
  } catch (error) {
    log.debug(`No advice on the workflow: ${messageOf(error)}`);
    return { warnings: [] };
  }
}

/** Prints the advice, which is usually there long before. A failure to give advice fails no start. */
async function print(advice: Promise<Advice>, log: Log): Promise<void> {
  const late = clock.sleep(ADVICE_BOUND_MS).then(() => ({ warnings: [] }));
  const { warnings, notice }: Advice = await Promise.race([advice, late]);
  for (const warning of warnings) log.warning(warning);
  if (notice !== undefined) log.notice(notice);
}

async function dryRun(request: StartRequest, ports: StartParts): Promise<void> {
  const { plans, regionSetups } = await dryRunStart(request, ports);
  appendSummary(summarizePlans(plans, regionSetups), ports.log);
  for (const [index, plan] of plans.entries()) ports.log.info(`Plan ${index + 1}: ${describePlan(plan)}`);
  if (ports.dataVolume) ports.log.info(ports.dataVolume.describe());
  ports.log.info('Nothing was launched, so the output `label` is empty.');
}

/** `start-runner`'s post step: removes everything of a start that was not confirmed. A confirmed start is left alone. */
export function runStartRunnerPost(): Promise<void> {
  const signal = listenForCancellation(
    'stop-runner, reap-runners and the timers of the machines end everything that is left.',
  );
  return runAction(async () => {
    const journal = readJournal();
    if (journal?.state !== 'started') return;
    const log = createLog();
    const context = readContext();
    const { values } = parseInputs(credentialInputs, readInputs(credentialInputs));
    log.info('The start did not finish; removing everything that it left behind.');
    const patient = { log, signal, purpose: 'end' } as const;
    const left = await rollBack(Created.fromJournal(journal, context), {
      clock,
      log,
      ec2In: (await connectToEc2(patient)).ec2In,
      github: await connectToGitHub(values, { context, scope: journal.scope, ...patient }),
    });
    if (left.length === 0) return;
    throw new Failure('cleanup-incomplete', 'Not everything that this start left behind could be removed.', {
      hint: 'Run stop-runner in a job with `if: always()`; the instance itself powers off at its idle timeout.',
      details: left,
    });
  });
}

async function publish(started: Started, loaded: LoadedStart, { ec2, ec2In, log }: StartPorts): Promise<void> {
  const label = started.joined?.label ?? loaded.request.label;
  const since = (at: number | undefined) =>
    at === undefined ? null : Math.round((at - started.requestedAt) / 100) / 10;
  const { instances } = started;
  writeOutputs({
    label,
    joined: started.joined !== undefined,
    labels: labelsByRole(loaded.request, label),
    region: instances[0]?.region ?? ec2.region,
    'ec2-instance-id': instances[0]?.instance.id ?? '',
    'ec2-instance-ids': instances.map(({ instance }) => instance.id),
    runners: instances.flatMap(({ instance, plan, runners, resumed, runningAt }) =>
      runners.map(({ id = null, name, role, labels, onlineAt }) => ({
        name,
        id,
        ...(role !== undefined && { role, labels }),
        instance: instance.id,
        type: plan.instanceType,
        subnet: plan.subnetId ?? instance.subnetId ?? null,
        market: plan.market,
        region: plan.region,
        toRunning: since(runningAt),
        toOnline: since(onlineAt),
        onlineAt: onlineAt === undefined ? null : new Date(onlineAt).toISOString(),
        volumes: listVolumes(started.regionSetups.get(plan.region)),
        ...(resumed && { pool: loaded.request.pool }),
      })),
    ),
  });
  const phases = loaded.request.startup.waitFor === 'online' && !started.joined ? await readPhases(started, ec2In) : [];
  appendSummary(summarizeStart(started, { request: loaded.request, label, phases }), log);
}

/** The unique label of each role. @param own the label of the start that launched the machine, which may be joined */
function labelsByRole(request: StartRequest, own: string): Readonly<Record<string, string>> {
  const labels = request.runners.flatMap((one): [string, string][] =>
    one.role === undefined ? [] : [[one.role, labelUnder(own, request, one)]],
  );
  return Object.fromEntries(labels);
}

/** The volumes whose type and size are known: an image may leave the type to EC2. */
function listVolumes(setup: RegionSetup | undefined): { type: string; sizeGiB: number }[] {
  const volumes = setup ? [setup.rootVolume, ...setup.furtherVolumes] : [];
  return volumes.flatMap(({ type, sizeGiB }) =>
    type === undefined || sizeGiB === undefined ? [] : [{ type, sizeGiB }],
  );
}

async function readPhases(started: Started, ec2In: Ec2ByRegion): Promise<readonly BootPhase[]> {
  const [first] = started.instances;
  if (!first) return [];
  // Without the console, the chart lacks the agent's bar. That fails no start.
  const text = ec2In(first.region)
    .then((ec2) => ec2.readConsole(first.instance.id))
    .catch(() => '');
  return readBootPhases(await Promise.race([text, clock.sleep(CONSOLE_BOUND_MS).then(() => '')]));
}

/** Read synchronously: starting Node's thread pool takes longer than reading all of them. */
function readBootScripts(root: URL): BootScripts {
  const read = (name: string) => readFileSync(new URL(`ami/boot/${name}`, root), 'utf8');
  return {
    agent: read('agent.sh'),
    installRunner: read('install-runner.sh'),
    aptWhenFree: read('apt-when-free.sh'),
    // Few starts need it.
    get unpackJitConfigs() {
      return read('unpack-jit-configs.mjs');
    },
    get dataVolume() {
      return read('data-volume.sh');
    },
  };
}
