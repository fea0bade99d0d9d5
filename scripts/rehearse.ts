/** `npm run rehearse`: start, job and stop on this machine, with EC2 and GitHub embedded. See `--help`. */
import { startSandbox, type Job, type Sandbox } from '../sandbox/sandbox.js';
import { runStep, type Step, type StepResult } from '../sandbox/step.js';
import { installNode24 } from './node24/install.mjs';
import { printTimeline, proveNothingIsLeft } from './rehearse/closing.js';
import { provokeFailure } from './rehearse/fail.js';
import { rehearseCommandLine, toRehearseOptions, type RehearseOptions } from './rehearse/options.js';
import { createStage, type Stage } from './rehearse/stage.js';
import { runCommandLine } from '../src/terminal/command-line.js';

const LEFT_BEHIND = 3;

/** Runs a step with GitHub's Node version. */
const runAsGitHub = (step: Step): Promise<StepResult> => runStep({ ...step, node: installNode24() });

async function rehearse(options: RehearseOptions): Promise<number> {
  const stage = createStage();
  const sandbox = await startSandbox({ timeline: { pendingMs: 1_500, bootMs: options.bootSeconds * 1000 } });
  // An interrupted rehearsal leaves no process behind either.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void sandbox.close().then(() => process.exit(130)));
  try {
    stage.print(`The sandbox takes the place of EC2 (${sandbox.awsUrl}) and GitHub (${sandbox.githubUrl}).`);
    const exitCode = await runWorkflow(sandbox, options, stage);
    const clean = await proveNothingIsLeft(sandbox, stage);
    printTimeline(sandbox, stage);
    stage.print(exitCode === 0 ? 'The job succeeded.' : `The workflow is red: exit code ${exitCode}.`);
    return clean ? exitCode : LEFT_BEHIND;
  } finally {
    await sandbox.close();
  }
}

/** Runs start, job and stop as a workflow does. The stop always runs. @returns the exit code */
async function runWorkflow(sandbox: Sandbox, options: RehearseOptions, stage: Stage): Promise<number> {
  const started = await start(sandbox, options, stage);
  const label = started.outputs['label'];
  const exitCode = label === undefined ? 1 : await runJob(sandbox, { ...options, label }, stage);
  await stop(sandbox, started, stage);
  return exitCode;
}

async function start(sandbox: Sandbox, options: RehearseOptions, stage: Stage): Promise<StepResult> {
  const provoked = provokeFailure(options.fail, sandbox, stage);
  const { preset, count, waitFor } = options;
  const requested = { preset, count: String(count), 'wait-for': waitFor, ...provoked.inputs };
  const step = {
    script: 'dist/start-runner.js',
    inputs: { 'github-token': sandbox.token, ...requested },
    environment: sandbox.environment,
  };
  const main = await stage.play('start-runner', (onLine) =>
    runAsGitHub({ ...step, onLine, onStart: provoked.onStart }),
  );
  await stage.play('start-runner (post)', (onLine) =>
    runAsGitHub({ ...step, script: 'dist/start-runner-post.js', state: main.state, onLine }),
  );
  return main;
}

async function runJob(sandbox: Sandbox, options: RehearseOptions & { label: string }, stage: Stage): Promise<number> {
  const { command, directory, label } = options;
  return stage.play(`job on ${label}`, async (onLine) => {
    const job = sandbox.github.queueJob({
      labels: [label],
      name: 'test',
      steps: [command],
      ...(directory && { directory }),
    });
    const stopListening = job.onLog((text) => text.trimEnd().split('\n').forEach(onLine));
    const stopWatching = cancelWithoutInstance(sandbox, job, stage);
    const conclusion = await job.finished;
    stopWatching();
    stopListening();
    return conclusion === 'success' ? 0 : 1;
  });
}

/** Cancels a job that waits for a runner whose instance is gone: it would wait for a day. @returns a function that stops the watch */
function cancelWithoutInstance(sandbox: Sandbox, job: Job, stage: Stage): () => void {
  const check = (): void => {
    const isGone = sandbox.ec2.instances().every(({ state }) => state === 'terminated');
    if (job.status !== 'queued' || !isGone) return;
    stage.print('   [The job waits for a runner whose instance is gone: the workflow run is canceled]');
    job.cancel();
  };
  check();
  return sandbox.on(check);
}

async function stop(sandbox: Sandbox, started: StepResult, stage: Stage): Promise<void> {
  const { label = '', 'ec2-instance-id': id = '' } = started.outputs;
  const inputs = { 'github-token': sandbox.token, label, 'ec2-instance-id': id };
  await stage.play('stop-runner', (onLine) =>
    runAsGitHub({ script: 'dist/stop-runner.js', inputs, environment: sandbox.environment, onLine }),
  );
}

process.exitCode = await runCommandLine(rehearseCommandLine, process.argv.slice(2), ({ values }) =>
  rehearse(toRehearseOptions(values)),
);
