import { spawn } from 'node:child_process';
import { clock } from '../src/host/clock.js';
import { misuse } from '../src/terminal/usage-error.js';
import type { AppWorld } from './app/create.js';
import { applySteps } from './apply.js';
import { describeCost } from './costs.js';
import { readFacts, type Facts } from './facts/facts.js';
import { setupCommandLine, type Request } from './options.js';
import { listDuties, planSteps } from './plan.js';
import { describeProblem, SetupError } from './problems.js';
import { programs, type Programs } from './program.js';
import { browserCommand, confirm, isTerminal, readSecret } from './prompt.js';
import { planRemoval } from './remove.js';
import { renderScript } from './script.js';
import { openState, type State } from './state.js';
import type { Step } from './steps/step.js';

const FAILED = 1;

/** Runs one set-up, or its removal, to its end. @returns the exit code */
export async function runSetup(request: Request): Promise<number> {
  if (!request.yes && !request.dryRun && !isTerminal)
    throw misuse(
      setupCommandLine,
      '`--yes` is missing: there is no terminal to ask on. `--dry-run` shows what would be done.',
    );
  const state = openState(request.repository);
  const holder = request.dryRun ? undefined : state.lock();
  if (holder !== undefined) {
    say(
      `Another set-up of ${request.repository} is running on this computer (process ${holder}). Nothing was changed.`,
    );
    return FAILED;
  }
  process.once('exit', () => state.unlock());
  try {
    return await (request.remove ? remove(request, state) : setUp(request, state));
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(['', ...error.problems.map(describeProblem), '', error.closing].join('\n'));
    return FAILED;
  }
}

async function setUp(request: Request, state: State): Promise<number> {
  say('Looking at GitHub and AWS …');
  const readToken = async () =>
    request.dryRun ? undefined : readSecret('Fine-grained token with "Administration: write" (it is not shown): ');
  const facts = await readFacts(request, { tools: programs, state, isTerminal, readToken });
  const steps = planSteps(facts);
  describeFacts(facts);
  describeSteps(steps);
  say(`\n${describeCost(facts.account.region, request.starters)}`);
  const target = { stack: facts.stack.name, region: facts.account.region };
  if (request.dryRun) return printScript(steps, target);
  if (!(await agree(request, steps))) return FAILED;
  await applySteps(steps, { ...target, facts }, worldOf(programs, state));
  const { repository } = facts.github;
  say(`\n${repository.name} is set up. What you still have to do:`);
  for (const [index, duty] of listDuties(facts).entries()) say(`${index + 1}. ${duty}`);
  return 0;
}

async function remove(request: Request, state: State): Promise<number> {
  say('Looking at GitHub and AWS …');
  const { repository, stack, region, steps, duties } = await planRemoval(request, programs);
  if (steps.length === 0) {
    say(`Nothing in ${repository} and in ${region} is of a set-up.`);
    return 0;
  }
  say(`\nThis takes the set-up of ${repository} away (${region}):`);
  describeSteps(steps);
  const target = { stack: stack.name, region };
  if (request.dryRun) return printScript(steps, target);
  if (!(await agree(request, steps))) return FAILED;
  await applySteps(steps, target, worldOf(programs, state));
  say(`\nThe set-up of ${repository} is gone. What you may still do:`);
  for (const [index, duty] of duties.entries()) say(`${index + 1}. ${duty}`);
  return 0;
}

function worldOf(tools: Programs, state: State): AppWorld {
  return { tools, state, clock, say, openBrowser };
}

function describeFacts({ github, account, copy, vpc, remarks, request }: Facts): void {
  const { repository, login } = github;
  const rows = [
    ['Repository', `${repository.name}, as ${login}`],
    ['AWS', `account ${account.account} in ${account.region}, as ${account.user}`],
    ['Network', request.subnet ? `${request.subnet} in ${vpc}` : `${vpc} (default VPC)`],
    ['ci-actions', `${copy.name}, v1`],
  ] as const;
  for (const [name, text] of rows) say(`${name.padEnd(12)}${text}`);
  if (remarks.length > 0) say(['', 'To know:', ...remarks.map(describeProblem)].join('\n'));
}

function describeSteps(steps: readonly Step[]): void {
  say('');
  for (const { title, isDone } of steps) say(`${isDone ? '  done   ' : '  to do  '}${title}`);
}

/** The result of a dry run is on stdout, so that it can be piped into a file. */
function printScript(steps: readonly Step[], target: { readonly stack: string; readonly region: string }): number {
  say('');
  process.stdout.write(`${renderScript(steps, target)}\n`);
  return 0;
}

async function agree({ yes }: Request, steps: readonly Step[]): Promise<boolean> {
  say('');
  if (steps.every(({ isDone }) => isDone)) {
    say('Nothing is left to do.');
    return true;
  }
  if (yes || (await confirm('Do that?'))) return true;
  say('Nothing was changed.');
  return false;
}

function openBrowser(url: string): void {
  const [program, ...args] = browserCommand(process.platform, process.env) ?? [];
  if (program === undefined) return;
  const child = spawn(program, [...args, url], { stdio: 'ignore', detached: true });
  // Without a browser, the person opens the address that is printed.
  child.once('error', () => undefined).unref();
}

/** Everything for people is on stderr. */
function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
