import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { evaluate, fillIn, type Contexts } from './github-parser.js';

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
interface Ran {
  readonly result: Result;
  readonly outputs: Outputs;
}

const HOSTED = 'ubuntu-24.04';

/**
 * One run of the printed tox-on-ec2.yml with its attempts, scheduled as GitHub's documentation says: "Re-run failed
 * jobs" runs the failed jobs and all that depend on them, and "any outputs for any successful jobs in the previous
 * workflow run will be used". Expressions are evaluated by GitHub's evaluator, scripts run by bash; the actions are
 * told what they come to.
 */
export class Run {
  /** Labels for which a runner listens. */
  readonly machines = new Set<string>();
  /** Each job that ran, with where, as `test on ubuntu-24.04`. */
  readonly log: string[] = [];
  /** What tox comes to, one after the other. */
  readonly tox: Result[] = [];
  /** What GitHub masks: it drops the jobs' outputs that contain one of these. */
  readonly masked: string[] = [];
  /** Whether start-runner comes to a machine, one after the other; by default it does. */
  readonly starts: boolean[] = [];
  private readonly jobs: Readonly<Record<string, Job>>;
  private readonly ran = new Map<string, Ran>();
  private attempt = 0;

  constructor(
    workflow: string,
    private readonly inputs: Readonly<Record<string, unknown>> = {},
  ) {
    this.jobs = (parse(workflow) as { jobs: Readonly<Record<string, Job>> }).jobs;
  }

  all(): string {
    return this.schedule(Object.keys(this.jobs));
  }

  failed(): string {
    const again = Object.keys(this.jobs).filter((name) =>
      ['failure', 'cancelled'].includes(this.ran.get(name)!.result),
    );
    // The jobs stand in the order in which they need each other.
    for (const [name, job] of Object.entries(this.jobs)) {
      if (!again.includes(name) && needsOf(job).some((need) => again.includes(need))) again.push(name);
    }
    return this.schedule(Object.keys(this.jobs).filter((name) => again.includes(name)));
  }

  /** @returns the run's result */
  private schedule(names: readonly string[]): string {
    this.attempt += 1;
    this.log.length = 0;
    for (const name of names) this.ran.set(name, this.play(name, this.jobs[name]!));
    const results = [...this.ran.values()].map(({ result }) => result);
    return results.includes('failure') ? 'failure' : 'success';
  }

  private play(name: string, job: Job): Ran {
    const needs = Object.fromEntries(needsOf(job).map((need) => [need, this.ran.get(need)!]));
    const contexts = {
      github: { run_attempt: String(this.attempt) },
      inputs: this.inputs,
      needs,
      vars: {},
      secrets: {},
    };
    const success = Object.values(needs).every(({ result }) => result === 'success');
    if (!this.allows(job.if, contexts, success)) return { result: 'skipped', outputs: {} };
    const place = fillIn(job['runs-on'], contexts);
    this.log.push(`${name} on ${place}`);
    if (place !== HOSTED && place !== this.inputs['runs-on'] && !this.machines.delete(place)) {
      throw new Error(`${name} waits 24 hours for ${place}`);
    }
    return this.playSteps(job, contexts);
  }

  private playSteps(job: Job, contexts: Contexts): Ran {
    let result: Result = 'success';
    const steps: Record<string, { outputs: Outputs }> = {};
    for (const step of job.steps) {
      const now = { ...contexts, steps };
      if (!this.allows(step.if, now, result === 'success')) continue;
      const ended = step.run ? runScript(step, now) : this.playAction(step, now);
      if (step.id) steps[step.id] = { outputs: ended.outputs };
      if (ended.result !== 'success') result = ended.result;
    }
    const outputs = Object.entries(job.outputs ?? {}).map(([name, text]) => [
      name,
      fillIn(text, { ...contexts, steps }),
    ]);
    const kept = outputs.filter(([, text = '']) => !this.masked.some((mask) => text.includes(mask)));
    return { result, outputs: Object.fromEntries(kept) as Outputs };
  }

  private playAction({ uses = '', with: given = {} }: Step, contexts: Contexts): Ran {
    const input = (name: string): string => fillIn(String(given[name] ?? ''), contexts);
    if (uses === '$/check-tests') {
      const label = input('runs-on') === '' ? `ec2-1-${this.attempt}-a` : '';
      return { result: 'success', outputs: { sha: 'f', skip: '', label, 'max-lifetime-minutes': '90' } };
    }
    if (uses === '$/start-runner') {
      if (this.starts.shift() === false) return { result: 'failure', outputs: {} };
      this.machines.add(input('label'));
      return { result: 'success', outputs: { runners: '[{"type":"t3.xlarge"}]' } };
    }
    if (uses === '$/stop-runner') this.machines.delete(input('label'));
    if (uses !== '$/run-tox') return { result: 'success', outputs: {} };
    const result = this.tox.shift() ?? 'success';
    return { result, outputs: { verdict: result === 'success' ? 'passed' : 'failed', minutes: '1.0' } };
  }

  /** An `if` without a status function means `success() && …`. */
  private allows(condition: string | undefined, contexts: Contexts, success: boolean): boolean {
    const text = condition ?? 'success()';
    const status = { always: true, success, failure: !success, cancelled: false };
    const implied = /\b(always|success|failure|cancelled)\(\)/.test(text) || success;
    return implied && Boolean(evaluate(text, contexts, status));
  }
}

function needsOf(job: Job): readonly string[] {
  return [job.needs ?? []].flat();
}

function runScript(step: Step, contexts: Contexts): Ran {
  const folder = mkdtempSync(join(tmpdir(), 'rerun-'));
  const file = join(folder, 'output');
  writeFileSync(file, '');
  const env = Object.entries(step.env ?? {}).map(([name, text]) => [name, fillIn(text, contexts)]);
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
