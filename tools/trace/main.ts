/** `npm run lab -- trace`: where each 10 ms of one start go, as a table. See `--help` and docs/inside/bench.md. */
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startSandbox, type RecordedRequest } from '../../sandbox/sandbox.js';
import { runStep } from '../../sandbox/step.js';
import { buildReadable } from '../../scripts/build.js';
import { readOrExit } from '../../src/terminal/command-line.js';
import { existing, value } from '../../src/terminal/options.js';
import { ours } from '../bench/contenders.js';
import { readOrigins } from '../bench/modules.js';
import { measuredNode } from '../bench/node.js';
import { bringOnline } from '../bench/start.js';
import { readSlices, type Frame, type Profile } from './profile.js';
import { listRows, renderRows } from './rows.js';

/** From launch to online: so short that the first poll finds the runner online. */
const BOOT_MS = 7_500;
const root = fileURLToPath(new URL('../..', import.meta.url));

interface Run {
  readonly profile: Profile;
  readonly began: number;
  readonly ended: number;
  readonly requests: readonly RecordedRequest[];
}

/** Uses readable bundles, because minified code cannot be assigned to modules. They take twice as long to load. */
async function traceStart(folder: string): Promise<Run> {
  const sandbox = await startSandbox({ machines: false, timeline: { pendingMs: 1_000 } });
  try {
    const began = monotonic();
    const step = runStep({
      script: join(folder, 'dist', basename(ours.script)),
      inputs: { ...ours.inputs, 'github-token': sandbox.token },
      environment: {
        ...sandbox.environment,
        NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${folder} --cpu-prof-interval=250`,
      },
      node: measuredNode,
    });
    const result = await Promise.race([step, bringOnline(sandbox, ours, BOOT_MS)]);
    if (result.code !== 0) throw new Error(`The start failed with ${result.code}:\n${result.lines.join('\n')}`);
    const ended = monotonic();
    const [file] = readdirSync(folder).filter((name) => name.endsWith('.cpuprofile'));
    const profile = JSON.parse(readFileSync(join(folder, file!), 'utf8')) as Profile;
    return { profile, began, ended, requests: sandbox.requests };
  } finally {
    await sandbox.close();
  }
}

/** The monotonic clock in µs, the same in all processes of a machine. */
function monotonic(): number {
  return Number(process.hrtime.bigint()) / 1000;
}

function createModuleOf(folder: string): (frame: Frame) => string | undefined {
  const origins = new Map<string, readonly string[]>();
  return ({ url, line }) => {
    if (!url.includes(folder)) return undefined;
    const path = fileURLToPath(url);
    if (!existsSync(`${path}.map`)) return undefined;
    const lines = origins.get(path) ?? readOrigins(path);
    origins.set(path, lines);
    return lines[line];
  };
}

const { values } = readOrExit({
  command: 'npm run lab -- trace',
  description:
    'Prints where each 10 ms of one start go, as a table. It takes about half a minute. See docs/inside/bench.md.',
  options: { profile: value('Also writes the CPU profile to this folder.', existing('folder')) },
});
const folder = mkdtempSync(join(tmpdir(), 'ci-actions-trace-'));
try {
  await buildReadable(join(folder, 'dist'));
  symlinkSync(join(root, 'ami'), join(folder, 'ami'));
  const { profile, began, ended, requests } = await traceStart(folder);
  // Requests have the time of the wall clock.
  const wallBegan = Date.now() - (monotonic() - began) / 1000;
  const asked = requests.map(({ at, operation }) => ({ at: at - wallBegan, operation }));
  const slices = readSlices(profile);
  console.log(renderRows(listRows({ began, ended, slices, requests: asked, moduleOf: createModuleOf(folder) })));
  for (const name of readdirSync(folder))
    if (values.profile !== undefined && name.endsWith('.cpuprofile'))
      copyFileSync(join(folder, name), join(values.profile, name));
} finally {
  rmSync(folder, { recursive: true });
}
