/** `npm run rehearse`: start, job and stop on this machine, with EC2 and GitHub embedded. See `--help`. */
import { startSandbox, type Job, type Sandbox } from '../sandbox/sandbox.js';
import { runStep, type Step, type StepResult } from '../sandbox/step.js';
import { installNode24 } from './node24/install.mjs';
import { printTimeline, proveNothingIsLeft } from './rehearse/closing.js';
import { prepareCompose, type ComposePlay } from './rehearse/compose/play.js';
import { provokeFailure } from './rehearse/fail.js';
import { DEFAULT_PRESET, rehearseCommandLine, toRehearseOptions, type RehearseOptions } from './rehearse/options.js';
import { createStage, type Stage } from './rehearse/stage.js';
import { runCommandLine } from '../src/terminal/command-line.js';

const LEFT_BEHIND = 3;

/** What is played, and where it is shown. */
interface Play {
  readonly options: RehearseOptions;
  readonly stage: Stage;
  /** What the job runs in place of a command. */
  readonly compose: ComposePlay | undefined;
}

/** Runs a step with GitHub's Node version. */
const runAsGitHub = (step: Step): Promise<StepResult> => runStep({ ...step, node: installNode24() });

async function rehearse(options: RehearseOptions): Promise<number> {
  const stage = createStage();
  const compose = options.compose && (await prepareCompose(options.compose, stage));
  if (typeof compose === 'string') {
    console.error(compose);
    return 1;
  }
  try {
    return await rehearseIn({ options, stage, compose });
  } finally {
    await compose?.end();
  }
}

async function rehearseIn(play: Play): Promise<number> {
  const { options, stage, compose } = play;
  const sandbox = await startSandbox({ timeline: { pendingMs: 1_500, bootMs: options.bootSeconds * 1000 } });
  const close = (): Promise<unknown> => sandbox.close().then(() => compose?.end());
  // An interrupted rehearsal leaves no process behind either.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void close().then(() => process.exit(130)));
  try {
    stage.print(`The sandbox takes the place of EC2 (${sandbox.awsUrl}) and GitHub (${sandbox.githubUrl}).`);
    const exitCode = await runWorkflow(sandbox, play);
    compose?.report(stage);
    const clean = await proveNothingIsLeft(sandbox, stage);
    const left = (await compose?.end()) ?? [];
    if (left.length > 0) stage.print(`LEFT BEHIND at Docker, and removed now: ${left.join(', ')}`);
    printTimeline(sandbox, stage);
    stage.print(exitCode === 0 ? 'The job succeeded.' : `The workflow is red: exit code ${exitCode}.`);
    return clean && (left.length === 0 || options.fail === 'job') ? exitCode : LEFT_BEHIND;
  } finally {
    await sandbox.close();
  }
}

/** Runs start, job and stop as a workflow does. The stop always runs. @returns the exit code */
async function runWorkflow(sandbox: Sandbox, play: Play): Promise<number> {
  const started = await start(sandbox, play);
  const exitCode = started.code === 0 ? await runJob(sandbox, play, started) : skipJob(play.stage);
  await stop(sandbox, started, play.stage);
  return exitCode;
}

async function start(sandbox: Sandbox, { options, stage, compose }: Play): Promise<StepResult> {
  const provoked = provokeFailure(options.fail, sandbox, stage);
  const { count, waitFor } = options;
  const preset = options.preset ?? compose?.preset ?? DEFAULT_PRESET;
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

/** GitHub skips the jobs that need a job that failed. @returns the exit code */
function skipJob(stage: Stage): number {
  stage.print('── job: skipped, because the start failed');
  return 1;
}

/** What GitHub's runner adds to a step about the run, beside what the stand-in runner adds. */
function describeRun({ environment }: Sandbox): Readonly<Record<string, string>> {
  const given = Object.entries(environment).filter(([name]) => /^GITHUB_(?!ACTION|JOB|RUN)/.test(name));
  return Object.fromEntries(given);
}

async function runJob(sandbox: Sandbox, { options, stage, compose }: Play, started: StepResult): Promise<number> {
  const { command, directory } = options;
  const { label = '' } = started.outputs;
  return stage.play(`job on ${label}`, async (onLine) => {
    const what = compose?.job ?? { steps: [command], ...(directory && { directory }) };
    const env = { ...describeRun(sandbox), ...compose?.job.env };
    const job = sandbox.github.queueJob({ labels: [label], name: 'test', ...what, env });
    const onShown = compose ? compose.hideCommand(onLine) : onLine;
    const stopListening = job.onLog((text) => text.trimEnd().split('\n').forEach(onShown));
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
