/** `npm run lab -- bench-boot`: seconds from the first process to an online runner, for three ways, side by side. */
import { readOrExit } from '../../src/terminal/command-line.js';
import { value, wholeNumber, withDefault } from '../../src/terminal/options.js';
import { readBootPhases } from '../../src/core/kernel/boot-phases.js';
import { median } from '../../tools/bench/statistics.js';
import { paths, type PathName } from './paths.js';
import { findTree, Stage } from './stage.js';

const DEFAULT_PAIRS = 5;
/** The budget: the share of ec2-github-runner's time that ours may take at most. */
const BAR = 0.5;
const NAMES: readonly PathName[] = ['agent', 'stock', 'cloud-final'];

type Budget = readonly (readonly [what: string, seconds: number])[];

/** When a boot reached its steps, in s from the first process, according to systemd and the agent. */
async function readBudget(stage: Stage, online: number): Promise<Budget> {
  const { startedAt = 0 } = stage.machine;
  const units = {
    'systemd reads its units': ['systemd-journald.service', 'InactiveExitTimestampMonotonic'],
    'basic system (basic.target)': ['basic.target', 'ActiveEnterTimestampMonotonic'],
    'network online (network-online.target)': ['network-online.target', 'ActiveEnterTimestampMonotonic'],
    'cloud-init has its metadata (cloud-init.service)': ['cloud-init.service', 'ActiveEnterTimestampMonotonic'],
    'Docker answers (docker.service)': ['docker.service', 'ActiveEnterTimestampMonotonic'],
    'cloud-init runs user scripts (cloud-final.service)': ['cloud-final.service', 'InactiveExitTimestampMonotonic'],
  };
  const show = async (property: string, ...unit: string[]) =>
    Number((await stage.machine.exec('systemctl', 'show', '--value', `--property=${property}`, ...unit)).trim());
  const began = await show('UserspaceTimestampMonotonic');
  const reached: (readonly [string, number])[] = [];
  for (const [what, [unit = '', property = '']] of Object.entries(units)) {
    const at = await show(property, unit);
    if (at !== 0) reached.push([what, (at - began) / 1e6]);
  }
  const phases = readBootPhases(stage.machine.readConsole());
  const ofAgent = phases.map(({ name, at }) => [`agent: phase=${name}`, (at - startedAt) / 1000] as const);
  return [...reached, ...ofAgent, ['GitHub: runner online', online] as const].sort(([, a], [, b]) => a - b);
}

/** Read after the boot, so that reading does not slow the boot down. */
async function boot(name: PathName, tree: string): Promise<{ seconds: number; budget: Budget }> {
  const stage = await Stage.open(name, tree);
  try {
    const seconds = await stage.secondsToOnline();
    await stage.machine.exec('systemctl', 'is-system-running', '--wait');
    return { seconds, budget: await readBudget(stage, seconds) };
  } finally {
    await stage.close();
  }
}

const { values } = readOrExit({
  command: 'npm run lab -- bench-boot',
  description: 'Measures the seconds from the first process to an online runner, for three ways to boot, side by side.',
  options: { pairs: withDefault(value('Boots of each way.', wholeNumber(1, 1_000)), DEFAULT_PAIRS) },
});
const { pairs } = values;
const tree = findTree('amd64');
const seconds: Record<PathName, number[]> = { agent: [], stock: [], 'cloud-final': [] };
let typical: { seconds: number; budget: Budget }[] = [];
for (let pair = 1; pair <= pairs; pair++) {
  for (const name of NAMES) {
    const result = await boot(name, tree);
    seconds[name].push(result.seconds);
    if (name === 'agent') typical = [...typical, result];
    console.error(`${pair}/${pairs} ${name.padEnd(11)} ${result.seconds.toFixed(2)} s`);
  }
}

console.log(`| boot | ${NAMES.join(' | ')} |\n|---|${NAMES.map(() => '---:|').join('')}`);
for (let pair = 0; pair < pairs; pair++)
  console.log(`| ${pair + 1} | ${NAMES.map((name) => seconds[name][pair]!.toFixed(2)).join(' | ')} |`);
console.log(`| **median** | ${NAMES.map((name) => `**${median(seconds[name]).toFixed(2)}**`).join(' | ')} |\n`);
for (const name of NAMES) console.log(`- ${name}: ${paths[name].title}`);

const middle = [...typical].sort((a, b) => a.seconds - b.seconds)[typical.length >> 1]!;
console.log('\n| of the median boot of ours | at s |\n|---|---:|');
for (const [what, at] of middle.budget) console.log(`| ${what} | ${at.toFixed(2)} |`);

const ratio = median(seconds.agent) / median(seconds['cloud-final']);
console.log(`\nThe agent needs ${(100 * ratio).toFixed(0)} % of the cloud-final way; the bar is ${100 * BAR} %.`);
process.exit(ratio <= BAR ? 0 : 1);
