/** `npm run lab -- NAME`: one door to the measuring and rehearsing tools. Without a name, lists them. */
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describeUnknown, MISUSED, misuse, reportMisuse } from '../src/terminal/usage-error.js';
import { installNode24 } from '../scripts/node24/install.mjs';
import { tools, type Tool } from './lab/tools.js';
import { describeTools } from './lab/help.js';

const root = fileURLToPath(new URL('..', import.meta.url));

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || name === '--help' || name === '-h') {
    console.log(describeTools(tools));
    return 0;
  }
  const tool = Object.hasOwn(tools, name) ? tools[name] : undefined;
  if (!tool) return refuse(name);
  const asksForHelp = args.includes('--help') || args.includes('-h');
  if (!asksForHelp && !prepare(tool)) return 1;
  return run(tool, { args, isolated: tool.boots !== undefined && !asksForHelp });
}

function refuse(name: string): number {
  reportMisuse(misuse({ command: 'npm run lab --' }, describeUnknown(name, 'a tool', Object.keys(tools))));
  return MISUSED;
}

/** Installs the programs for a tool that boots machines, before it is isolated from the network. @returns whether that succeeded */
function prepare({ boots }: Tool): boolean {
  if (boots === undefined) return true;
  installNode24();
  return spawnSync('test/boot/install.sh', [...boots], { cwd: root, stdio: 'inherit' }).status === 0;
}

/** Runs the tool in a process of its own, which Ctrl-C reaches too. @returns the exit code */
function run(
  { file, environment }: Tool,
  { args, isolated }: { readonly args: readonly string[]; readonly isolated: boolean },
): Promise<number> {
  const command = [...(isolated ? ['test/boot/isolated.sh'] : []), process.execPath, '--import', 'tsx', file, ...args];
  const child = spawn(command[0]!, command.slice(1), {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...environment },
  });
  // A terminal sends SIGINT to the child process as well; SIGTERM comes to this process alone.
  process.on('SIGINT', () => undefined).on('SIGTERM', () => void child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

process.exitCode = await main(process.argv.slice(2));
