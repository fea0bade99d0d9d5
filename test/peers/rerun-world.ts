import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { evaluate, interpolate, type Contexts } from './github-parser.js';

interface Step {
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, string | boolean>>;
}
interface Job {
  readonly needs?: string | readonly string[];
  readonly if?: string;
  readonly 'runs-on': string;
  readonly outputs?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}
type Outputs = Readonly<Record<string, string>>;
type Result = 'success' | 'failure' | 'cancelled' | 'skipped';
interface Outcome {
  readonly result: Result;
  readonly outputs: Outputs;
}

const HOSTED = 'ubuntu-24.04';

/** The outputs of the actions that test. */
const works: Readonly<Record<string, Readonly<Record<'passed' | 'failed' | 'interrupted', Outputs>>>> = {
  '$/run-tox': { passed: { verdict: 'passed' }, failed: { verdict: 'failed' }, interrupted: {} },
  '$/run-compose': {
    passed: { verdict: 'pass', phase: 'done', 'exit-code': '0', result: '{"score":1}', artifacts: '/tmp/a' },
    failed: { verdict: 'fail', phase: 'session', 'exit-code': '3', result: '', artifacts: '/tmp/a' },
    interrupted: { phase: '', 'exit-code': '', result: '', artifacts: '/tmp/a' },
  },
};

/**
 * One run of a workflow printed from the frame with its attempts, scheduled as in GitHub's documentation: "Re-run failed jobs"
 * runs the failed jobs and all jobs that depend on them, and "any outputs for any successful jobs in the previous workflow
 * run will be used". GitHub's evaluator computes the expressions, and bash runs the scripts. The results of the actions
 * are simulated.
 */
export class Run {
  /** The labels of the runners that are online. */
  readonly machines = new Set<string>();
  /** The jobs of the last attempt with their runners, such as `test on ubuntu-24.04`. */
  readonly log: string[] = [];
  /** The results of the next runs of the step that tests, in order. Default: success. */
  readonly tests: Result[] = [];
  /** Whether EC2 takes away the machine of the next runs of the step that tests, in order. Default: it does not. */
  readonly interruptions: boolean[] = [];
  /** The markets of the runs of start-runner in the last attempt. */
  readonly markets: string[] = [];
  /** Masked values. GitHub drops every job output that contains one. */
  readonly masked: string[] = [];
  /** Whether the next runs of stop-runner succeed, in order. Default: they do. */
  readonly stops: boolean[] = [];
  /** The names of the artifacts of the run. */
  readonly artifacts: string[] = [];
  /** The inputs of the runs of stop-runner in the last attempt. */
  readonly stopped: Outputs[] = [];
  /** Whether the next runs of start-runner succeed, in order. Default: they do. */
  readonly starts: boolean[] = [];
  private readonly jobs: Readonly<Record<string, Job>>;
  private readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  private readonly outcomes = new Map<string, Outcome>();
  private attempt = 0;

  constructor(
    workflow: string,
    private readonly inputs: Readonly<Record<string, unknown>> = {},
  ) {
    const { jobs, on } = parse(workflow) as {
      jobs: Readonly<Record<string, Job>>;
      on: { workflow_call: { outputs: Readonly<Record<string, { value: string }>> } };
    };
    this.jobs = jobs;
    this.outputs = on.workflow_call.outputs;
  }

  /** An output of the called workflow. */
  output(name: string): string {
    return interpolate(this.outputs[name]!.value, { jobs: Object.fromEntries(this.outcomes), inputs: this.inputs });
  }

  runAllJobs(): string {
    return this.schedule(Object.keys(this.jobs));
  }

  rerunFailedJobs(): string {
    const again = Object.keys(this.jobs).filter((name) =>
      ['failure', 'cancelled'].includes(this.outcomes.get(name)!.result),
    );
    // Every job is listed after the jobs that it needs.
    for (const [name, job] of Object.entries(this.jobs)) {
      if (!again.includes(name) && needsOf(job).some((need) => again.includes(need))) again.push(name);
    }
    return this.schedule(Object.keys(this.jobs).filter((name) => again.includes(name)));
  }

  /** @returns the run's result */
  private schedule(names: readonly string[]): string {
    this.attempt += 1;
    this.log.length = 0;
    this.stopped.length = 0;
    this.markets.length = 0;
    for (const name of names) this.outcomes.set(name, this.runJob(name, this.jobs[name]!));
    const results = [...this.outcomes.values()].map(({ result }) => result);
    return results.includes('failure') ? 'failure' : 'success';
  }

  private runJob(name: string, job: Job): Outcome {
    const needs = Object.fromEntries(needsOf(job).map((need) => [need, this.outcomes.get(need)!]));
    const contexts = {
      github: { run_attempt: String(this.attempt), job: name },
      inputs: this.inputs,
      needs,
      vars: {},
      secrets: {},
    };
    const success = Object.values(needs).every(({ result }) => result === 'success');
    if (!this.isEnabled(job.if, contexts, success)) return { result: 'skipped', outputs: {} };
    const runsOn = interpolate(job['runs-on'], contexts);
    this.log.push(`${name} on ${runsOn}`);
    if (runsOn !== HOSTED && runsOn !== this.inputs['runs-on'] && !this.machines.delete(runsOn)) {
      throw new Error(`${name} waits 24 hours for ${runsOn}`);
    }
    return this.runSteps(job, contexts);
  }

  private runSteps(job: Job, contexts: Contexts): Outcome {
    let result: Result = 'success';
    const steps: Record<string, { outputs: Outputs }> = {};
    for (const step of job.steps) {
      const stepContexts = { ...contexts, steps };
      if (!this.isEnabled(step.if, stepContexts, result === 'success')) continue;
      const outcome = step.run ? runScript(step, stepContexts) : this.simulateAction(step, stepContexts);
      if (step.id) steps[step.id] = { outputs: outcome.outputs };
      if (outcome.result !== 'success') result = outcome.result;
    }
    const outputs = Object.entries(job.outputs ?? {}).map(([name, text]) => [
      name,
      interpolate(text, { ...contexts, steps }),
    ]);
    const kept = outputs.filter(([, text = '']) => !this.masked.some((mask) => text.includes(mask)));
    return { result, outputs: Object.fromEntries(kept) as Outputs };
  }

  private simulateAction({ uses = '', with: inputs = {} }: Step, contexts: Contexts): Outcome {
    const input = (name: string): string => interpolate(String(inputs[name] ?? ''), contexts);
    if (uses === '$/check-tests') {
      const label = input('runs-on') === '' ? `ec2-1-${this.attempt}-a` : '';
      const limits = { 'job-minutes': '100', 'max-lifetime-minutes': '130' };
      return { result: 'success', outputs: { sha: 'f', skip: '', label, artifact: 'tests', ...limits } };
    }
    if (uses === '$/start-runner') {
      if (this.starts.shift() === false) return { result: 'failure', outputs: {} };
      this.machines.add(input('label'));
      this.markets.push(input('market-type'));
      return { result: 'success', outputs: { runners: `[{"type":"t3.xlarge","label":"${input('label')}"}]` } };
    }
    if (uses === '$/stop-runner' && this.stops.shift() === false) return { result: 'failure', outputs: {} };
    // Without a label, stop-runner terminates all machines that no other job of the run needs: here, all of them.
    if (uses === '$/stop-runner' && input('label') === '') this.machines.clear();
    if (uses === '$/stop-runner') {
      this.machines.delete(input('label'));
      const names = Object.keys(inputs);
      this.stopped.push(Object.fromEntries(names.map((name) => [name, input(name)])));
      // The real one lists only the machines that it ended or this attempt started.
      const isOfAttempt = input('label').includes(`-${this.attempt}`);
      return { result: 'success', outputs: { costs: isOfAttempt ? `[{"of":"${input('label')}"}]` : '[]' } };
    }
    if (uses.startsWith('actions/upload-artifact@')) this.artifacts.push(input('name'));
    const work = works[uses];
    if (work === undefined) return { result: 'success', outputs: {} };
    if (this.interruptions.shift()) {
      const result = input('on-interruption') === 'rerun' ? 'success' : 'failure';
      return { result, outputs: { ...work.interrupted, verdict: '', minutes: '1.0', interrupted: 'true' } };
    }
    const result = this.tests.shift() ?? 'success';
    const outputs = result === 'success' ? work.passed : work.failed;
    return { result, outputs: { ...outputs, minutes: '1.0', interrupted: 'false' } };
  }

  /** An `if` without a status function means `success() && …`. */
  private isEnabled(condition: string | undefined, contexts: Contexts, success: boolean): boolean {
    const text = condition ?? 'success()';
    const status = { always: true, success, failure: !success, cancelled: false };
    const implied = /\b(always|success|failure|cancelled)\(\)/.test(text) || success;
    return implied && Boolean(evaluate(text, contexts, status));
  }
}

function needsOf(job: Job): readonly string[] {
  return [job.needs ?? []].flat();
}

function runScript(step: Step, contexts: Contexts): Outcome {
  const folder = mkdtempSync(join(tmpdir(), 'rerun-'));
  const file = join(folder, 'output');
  writeFileSync(file, '');
  const env = Object.entries(step.env ?? {}).map(([name, text]) => [name, interpolate(text, contexts)]);
  try {
    execFileSync('bash', ['-eo', 'pipefail', '-c', step.run!], {
      env: { PATH: process.env['PATH'], GITHUB_OUTPUT: file, ...(Object.fromEntries(env) as Outputs) },
      stdio: 'pipe',
    });
    return { result: 'success', outputs: readOutputs(file) };
  } catch {
    return { result: 'failure', outputs: readOutputs(file) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function readOutputs(file: string): Outputs {
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return Object.fromEntries(lines.map((line) => line.split('='))) as Outputs;
}
