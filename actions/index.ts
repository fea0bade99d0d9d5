import type { InputDefinitions } from '../src/core/inputs/inputs.js';
import * as checkTests from './check-tests.inputs.js';
import * as collectResults from './collect-results.inputs.js';
import * as fillPool from './fill-pool.inputs.js';
import * as judgeResults from './judge-results.inputs.js';
import * as planRun from './plan-run.inputs.js';
import * as reapRunners from './reap-runners.inputs.js';
import * as reportTests from './report-tests.inputs.js';
import * as runCompose from './run-compose.inputs.js';
import * as runPhases from './run-phases.inputs.js';
import * as runTox from './run-tox.inputs.js';
import * as startRunner from './start-runner.inputs.js';
import * as stopRunner from './stop-runner.inputs.js';

/**
 * The registry of actions. Everything that lists actions reads it: `npm run print` makes each action.yml, the tables in
 * each README, the files of dist/, the list of actions in README.md and the lists of printed files in .gitattributes
 * and .prettierignore from it, and tests enumerate it.
 *
 * A new action needs one entry here and its own files: `actions/<name>.inputs.ts` (the definition), `actions/<name>.ts`
 * (the steps) and `<name>/README.md` with the markers of its tables.
 */

/** What an `actions/<name>.inputs.ts` exports. */
export interface ActionDefinition {
  readonly action: {
    /** GitHub shows it as the action's title. */
    readonly name: string;
    /** One sentence, also for the list in README.md. */
    readonly description: string;
    /** A Feather icon, and one of the colors that GitHub offers for it. */
    readonly icon: string;
    readonly color: string;
  };
  readonly inputs: InputDefinitions;
  readonly outputs: Readonly<Record<string, string>>;
}

/**
 * The bundles in dist/chunks/ with code of this repository that several actions share. What start-runner reads when it
 * begins is in `shared-by-all`. Other code is in the chunk of the actions that need it. What several kinds of them need is
 * in `shared-by-runs` if all of these run or judge something on a machine, otherwise in `shared-by-some`.
 */
export type SharedChunk =
  | 'shared-by-all'
  | 'shared-by-compose'
  | 'shared-by-machines'
  | 'shared-by-phases'
  | 'shared-by-plans'
  | 'shared-by-results'
  | 'shared-by-runs'
  | 'shared-by-some'
  | 'shared-by-tests';

export interface Action {
  /** The folder of action.yml and README.md, and the name of the files in actions/ and dist/. */
  readonly name: string;
  readonly definition: ActionDefinition;
  /**
   * The functions that `actions/<name>.ts` exports for the steps. A post step runs always, also after a cancellation.
   */
  readonly run: { readonly main: string; readonly post?: string };
  readonly chunk: SharedChunk;
  /** The policy in iam/ of the role that its job assumes. Absent: the action sends no request to AWS. */
  readonly policy?: 'start-stop' | 'reap' | 'pool-fill';
}

/**
 * start-runner comes first: the code that a start loads decides what is in `shared-by-all`, and how long a start takes.
 */
export const actions = [
  {
    name: 'start-runner',
    definition: startRunner,
    run: { main: 'runStartRunner', post: 'runStartRunnerPost' },
    chunk: 'shared-by-all',
    policy: 'start-stop',
  },
  {
    name: 'stop-runner',
    definition: stopRunner,
    run: { main: 'runStopRunner' },
    chunk: 'shared-by-machines',
    policy: 'start-stop',
  },
  {
    name: 'reap-runners',
    definition: reapRunners,
    run: { main: 'runReapRunners' },
    chunk: 'shared-by-machines',
    policy: 'reap',
  },
  {
    name: 'fill-pool',
    definition: fillPool,
    run: { main: 'runFillPool' },
    chunk: 'shared-by-machines',
    policy: 'pool-fill',
  },
  { name: 'plan-run', definition: planRun, run: { main: 'runPlanRun' }, chunk: 'shared-by-plans' },
  { name: 'check-tests', definition: checkTests, run: { main: 'runCheckTests' }, chunk: 'shared-by-tests' },
  { name: 'run-tox', definition: runTox, run: { main: 'runRunTox' }, chunk: 'shared-by-tests' },
  {
    name: 'run-compose',
    definition: runCompose,
    run: { main: 'runRunCompose', post: 'runRunComposePost' },
    chunk: 'shared-by-compose',
  },
  {
    name: 'run-phases',
    definition: runPhases,
    run: { main: 'runRunPhases', post: 'runRunPhasesPost' },
    chunk: 'shared-by-phases',
  },
  {
    name: 'collect-results',
    definition: collectResults,
    run: { main: 'runCollectResults' },
    chunk: 'shared-by-tests',
  },
  {
    name: 'judge-results',
    definition: judgeResults,
    run: { main: 'runJudgeResults' },
    chunk: 'shared-by-results',
  },
  { name: 'report-tests', definition: reportTests, run: { main: 'runReportTests' }, chunk: 'shared-by-tests' },
] as const satisfies readonly Action[];

export type ActionName = (typeof actions)[number]['name'];

/** One step of an action. */
export interface ActionStep {
  /** Its file in dist/. */
  readonly file: string;
  /** The function of `actions/<name>.ts` that it calls. */
  readonly run: string;
}

/** The steps of an action: the main one, and the post step where there is one. */
export function stepsOf({ name, run }: Action): { readonly main: ActionStep; readonly post?: ActionStep } {
  const main = { file: `${name}.js`, run: run.main };
  return run.post === undefined ? { main } : { main, post: { file: `${name}-post.js`, run: run.post } };
}
