/**
 * `npm run lab -- vm [agent|stock|cloud-final …]`: boots the provisioned tree with its own kernel in QEMU. It must reach
 * an online runner, run a job and power off. Prints the processor and the seconds of each path.
 */
import type { SandboxEvent } from '../../sandbox/sandbox.js';
import { readOrExit } from '../../src/terminal/command-line.js';
import { oneOf } from '../../src/terminal/options.js';
import { readBootPhases } from '../../src/core/kernel/boot-phases.js';
import { tellProcessor } from './booted-vm.js';
import { STEPS } from './job.js';
import { paths, type PathName } from './paths.js';
import { findTree, Stage } from './stage.js';

const BOOT_LINE = 'the boot in microseconds: ';
/** The machine's own measurement of its boot, in microseconds from the kernel's start. */
const TELL_BOOT = `echo "${BOOT_LINE}$(sudo -n systemctl show --value --property=UserspaceTimestampMonotonic) kernel $(uname -r)"`;

/** When a path reached its steps, in s from the kernel's first line. */
type Reached = ReadonlyMap<string, number>;

/** The lines that a job's log must have. */
const EXPECTED = [
  /^I am \w+, at home in \/\w+/m,
  /^sudo makes me root$/m,
  /^a commit by git$/m,
  /^a container on a network of its own says: [0-9a-f]{12}$/m,
  /^written in a container$/m,
  /^DataSourceEc2/m,
];

async function boot(name: PathName, tree: string): Promise<Reached> {
  const stage = await Stage.openAs('vm', { name, tree });
  try {
    const isOurs = name !== 'cloud-final';
    // ec2-github-runner's path is only measured: its jobs have no HOME, and it leaves the machine on.
    const job = stage.queue(isOurs ? [TELL_BOOT, ...STEPS] : [TELL_BOOT]);
    const online = await untilOrOff(stage, 'runner-online');
    console.error(`${name}: runner online`);
    await untilOrOff(stage, 'job-finished');
    console.error(`${name}: job ${job.conclusion}\n${job.log}`);
    if (job.conclusion !== 'success') throw new Error(`The job is '${job.conclusion}'.`);
    if (isOurs) await hasDoneItsWork(stage, job.log);
    return readTimes(stage, { online: online.at, log: job.log });
  } catch (error) {
    console.error(stage.machine.readConsole());
    throw error;
  } finally {
    await stage.close();
  }
}

/** Waits for the event, or for the machine's power-off. */
async function untilOrOff(stage: Stage<'vm'>, name: 'runner-online' | 'job-finished'): Promise<SandboxEvent> {
  const event = await stage.until((one) => one.name === name || one.name === 'terminated');
  if (event.name !== name) throw new Error(`The machine went off before '${name}'.`);
  return event;
}

async function hasDoneItsWork(stage: Stage<'vm'>, log: string): Promise<void> {
  for (const line of EXPECTED) if (!line.test(log)) throw new Error(`The job's log has no ${String(line)}.`);
  await stage.until((event) => event.name === 'terminated');
  const code = stage.instance.stateReason?.code;
  if (code !== 'Client.InstanceInitiatedShutdown') throw new Error(`The instance ended by '${code}'.`);
  if (stage.sandbox.github.runners().length > 0) throw new Error('GitHub still has a runner.');
  console.error('the instance powered off; EC2 says terminated');
}

function readTimes(stage: Stage<'vm'>, { online, log }: { online: number; log: string }): Reached {
  const { startedAt } = stage.machine;
  const [, userspace] = new RegExp(`^${BOOT_LINE}(\\d+) kernel`, 'm').exec(log) ?? [];
  if (startedAt === undefined || userspace === undefined) throw new Error('Nobody saw the kernel start.');
  const phases = readBootPhases(stage.machine.readConsole());
  return new Map([
    ["systemd, the first process on the machine's disk", Number(userspace) / 1e6],
    ...phases.map(({ name, uptimeSeconds }) => [`agent: phase=${name}`, uptimeSeconds] as const),
    ['GitHub: runner online', (online - startedAt) / 1000],
  ]);
}

const ways = oneOf(Object.keys(paths) as PathName[], 'WAY');
const { positionals } = readOrExit({
  command: 'npm run lab -- vm',
  description:
    'Boots the provisioned tree with a kernel of its own in QEMU, runs a job and powers off. Default: agent.',
  options: {},
  positionals: { description: 'How the runner is started.', kind: ways, least: 0, most: ways.choices!.length },
});
const names = positionals.length > 0 ? positionals : (['agent'] as const);
const tree = findTree('amd64', 'kernel');
console.log(tellProcessor());
for (const name of names) {
  const reached = await boot(name, tree);
  console.log(`\n| ${name}: reached | at s from the kernel's start |\n|---|---:|`);
  for (const [what, seconds] of [...reached].sort(([, a], [, b]) => a - b))
    console.log(`| ${what} | ${seconds.toFixed(1)} |`);
}
process.exit(0);
