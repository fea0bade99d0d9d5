import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { HOME } from './configuration.mjs';
import { listTree, signalAll } from './processes.mjs';

/** From SIGINT to SIGTERM, and from SIGTERM to SIGKILL, as the real runner cancels a step. */
const TERM_AFTER_MS = 7500;
const KILL_AFTER_MS = 2500;
/** How long after a step's end the output of its background processes is still read. */
const DRAIN_MS = 5000;

/**
 * Runs a job's steps one after another as a runner does: with `bash -e`, in the work folder.
 *
 * @param {object} job As the server describes it.
 * @param {{ runner: object, outbox: { write(text: string): void, report(step: object): void }, signal: AbortSignal }} context
 * @returns {Promise<'success' | 'failure' | 'cancelled'>}
 */
export async function runJob(job, context) {
  const place = prepare(job, context.runner);
  const started = await runHook('ACTIONS_RUNNER_HOOK_JOB_STARTED', place, context);
  const conclusion = started ? await runSteps(job, place, context) : 'failure';
  const completed = await runHook('ACTIONS_RUNNER_HOOK_JOB_COMPLETED', place, context);
  return conclusion === 'success' && !completed ? 'failure' : conclusion;
}

function prepare(job, runner) {
  const work = join(HOME, runner.workFolder);
  const name = job.repository.split('/')[1];
  const workspace = join(work, name, name);
  const temp = join(work, '_temp');
  const tools = join(work, '_tool');
  for (const directory of [workspace, temp, tools]) mkdirSync(directory, { recursive: true });
  if (job.directory) cpSync(job.directory, workspace, { recursive: true, verbatimSymlinks: true });
  return { workspace, temp, env: { ...process.env, ...describe(job, runner, { workspace, temp, tools }), ...job.env } };
}

/** The variables of every step. */
function describe(job, runner, { workspace, temp, tools }) {
  return {
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_WORKSPACE: workspace,
    GITHUB_REPOSITORY: job.repository,
    GITHUB_RUN_ID: String(job.runId),
    GITHUB_RUN_ATTEMPT: String(job.runAttempt),
    GITHUB_JOB: job.name,
    GITHUB_ENV: join(temp, 'env'),
    GITHUB_PATH: join(temp, 'path'),
    GITHUB_OUTPUT: join(temp, 'output'),
    GITHUB_STEP_SUMMARY: join(temp, 'summary'),
    RUNNER_NAME: runner.agentName,
    RUNNER_OS: process.platform === 'darwin' ? 'macOS' : 'Linux',
    RUNNER_ARCH: process.arch === 'arm64' ? 'ARM64' : 'X64',
    RUNNER_ENVIRONMENT: 'self-hosted',
    RUNNER_TEMP: temp,
    RUNNER_TOOL_CACHE: tools,
  };
}

async function runSteps(job, place, context) {
  for (const [index, script] of job.steps.entries()) {
    const number = index + 1;
    if (context.signal.aborted) return 'cancelled';
    context.outbox.report({ number, status: 'in_progress' });
    context.outbox.write(`##[group]Run ${script.split('\n')[0]}\n${script}\n##[endgroup]\n`);
    const file = join(place.temp, `step-${number}.sh`);
    writeFileSync(file, script);
    const conclusion = await runShell(file, place, context);
    applyFiles(place);
    context.outbox.report({ number, status: 'completed', conclusion });
    if (conclusion !== 'success') return conclusion;
  }
  return context.signal.aborted ? 'cancelled' : 'success';
}

/** Runs the hook whose absolute path is in the variable. A hook that fails makes the job fail. */
async function runHook(variable, place, context) {
  const file = process.env[variable];
  if (!file) return true;
  if (!existsSync(file)) {
    context.outbox.write(`##[error]${variable}: there is no ${file}\n`);
    return false;
  }
  context.outbox.write(`##[group]Run '${file}'\n##[endgroup]\n`);
  return (await runShell(file, place, context)) === 'success';
}

function runShell(file, { workspace, env }, { outbox, signal }) {
  return new Promise((resolve) => {
    const child = spawn('bash', ['-e', file], { cwd: workspace, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const cancellation = cancelOn(signal, child, outbox);
    let ended = false;
    const end = (problem) => {
      if (ended) return;
      ended = true;
      cancellation.stop();
      if (problem && !signal.aborted) outbox.write(`##[error]${problem}\n`);
      resolve(signal.aborted ? 'cancelled' : problem ? 'failure' : 'success');
    };
    // As a shell counts it for a process that a signal ended.
    const close = (code, by) => {
      const shown = code ?? 128 + constants.signals[by];
      end(shown === 0 ? '' : `Process completed with exit code ${shown}.`);
    };
    child.stdout.setEncoding('utf8').on('data', (text) => outbox.write(text));
    child.stderr.setEncoding('utf8').on('data', (text) => outbox.write(text));
    child.on('error', (error) => end(error.message));
    child.on('exit', (code, by) => setTimeout(() => close(code, by), DRAIN_MS).unref());
    child.on('close', close);
  });
}

/** Signals the step and its descendants, harder each time. What is left when the step has ended is killed. */
function cancelOn(signal, child, outbox) {
  const timers = [];
  let tree = [];
  const cancel = () => {
    outbox.write(`##[error]${signal.reason}\n`);
    tree = listTree(child.pid);
    signalAll(tree, 'SIGINT');
    timers.push(setTimeout(() => signalAll(tree, 'SIGTERM'), TERM_AFTER_MS));
    timers.push(setTimeout(() => signalAll(tree, 'SIGKILL'), TERM_AFTER_MS + KILL_AFTER_MS));
  };
  signal.addEventListener('abort', cancel, { once: true });
  return {
    stop() {
      timers.forEach(clearTimeout);
      signal.removeEventListener('abort', cancel);
      signalAll(tree, 'SIGKILL');
    },
  };
}

/** Applies what a step wrote to GITHUB_ENV and GITHUB_PATH to the next steps. */
function applyFiles({ temp, env }) {
  const lines = readLines(join(temp, 'env'));
  while (lines.length > 0) {
    const line = lines.shift();
    const [, name, end] = /^([^=]+)<<(.+)$/.exec(line) ?? [];
    if (name)
      env[name] = lines
        .splice(0, lines.indexOf(end) + 1)
        .slice(0, -1)
        .join('\n');
    else if (line.includes('=')) env[line.slice(0, line.indexOf('='))] = line.slice(line.indexOf('=') + 1);
  }
  for (const directory of readLines(join(temp, 'path')).filter(Boolean)) env.PATH = `${directory}:${env.PATH}`;
}

function readLines(file) {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  rmSync(file);
  return lines;
}
