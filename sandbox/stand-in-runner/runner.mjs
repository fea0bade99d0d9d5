import { setTimeout as sleep } from 'node:timers/promises';
import {
  HOME,
  loadDotEnv,
  readArgument,
  readConfiguration,
  readVersion,
  removeConfiguration,
  writeConfiguration,
} from './configuration.mjs';
import { connect, createOutbox, Refused } from './connection.mjs';
import { runJob } from './job.mjs';

/** As the real runner puts it. */
const SHUT_DOWN =
  'The runner has received a shutdown signal. This can happen when the runner service is stopped, or a manually started runner is canceled.';
const RESULTS = { success: 'Succeeded', failure: 'Failed', cancelled: 'Canceled' };
/** The pause between two attempts to reach GitHub. It doubles each time. */
const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 5000;

const leaving = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    if (!leaving.signal.aborted) console.log('Exiting...');
    leaving.abort();
  });
}
process.exitCode = await main();

/** Runs jobs: at most one if the runner is ephemeral. Resolves with the listener's exit code. */
async function main() {
  process.chdir(HOME);
  loadDotEnv();
  const jitConfig = readArgument('jitconfig');
  if (jitConfig) writeConfiguration(jitConfig);
  const config = readConfiguration();
  if (!config) {
    console.log('An error occurred: Not configured. Run config.(sh/cmd) to configure the runner.');
    return 1;
  }
  const github = connect(config);
  try {
    if (!(await openSession(github))) return 0;
    return await listen(github, config.runner);
  } catch (error) {
    if (leaving.signal.aborted) return 0;
    if (!(error instanceof Refused)) throw error;
    console.log(error.message);
    return 1;
  } finally {
    await github.signOff();
    github.disconnect();
  }
}

/** Tries until GitHub answers. False after a signal to end. */
async function openSession(github) {
  console.log('\n√ Connected to GitHub\n');
  for (let pause = FIRST_RETRY_MS; !leaving.signal.aborted; pause = Math.min(2 * pause, LONGEST_RETRY_MS)) {
    try {
      await github.open(readVersion());
      console.log(`Current runner version: '${readVersion()}'`);
      console.log(`${now()}: Listening for Jobs`);
      return true;
    } catch (error) {
      if (error instanceof Refused) throw new Refused(error.status, wordRefusal(error));
      console.log(`${now()}: Runner connect error: ${error.message}. Retrying until reconnected.`);
      await sleep(pause, undefined, { signal: leaving.signal }).catch(() => undefined);
    }
  }
  return false;
}

function wordRefusal({ status, message }) {
  return status === 404 || status === 401 ? `Failed to create a session. ${message}` : `An error occurred: ${message}`;
}

/** Polls until the ephemeral runner's job is done, the runner is removed, or a signal comes. */
async function listen(github, runner) {
  const polling = new AbortController();
  let work;
  // Signs off first, because GitHub takes a broken connection for a dead machine.
  const end = async () => {
    work?.cancel(SHUT_DOWN);
    await work?.done;
    await github.signOff();
    polling.abort();
  };
  leaving.signal.addEventListener('abort', () => void end());
  while (!polling.signal.aborted) {
    const message = await poll(github, polling.signal);
    if (message?.type === 'removed') return leave();
    if (message?.type === 'cancel') work?.cancel();
    if (message?.type !== 'job' || work || leaving.signal.aborted) continue;
    work = takeJob(github, runner, message);
    void work.done.then((hasRun) => {
      work = undefined;
      return hasRun && runner.ephemeral === 'True' ? end() : undefined;
    });
  }
  if (runner.ephemeral === 'True' && !leaving.signal.aborted) removeConfiguration();
  return 0;
}

function leave() {
  console.log('The runner no longer exists on the server. Cleaning up local configuration.');
  removeConfiguration();
  return 0;
}

/** The next message. Opens a new session after a lost connection or an expired session. */
async function poll(github, signal) {
  try {
    return await github.poll(signal);
  } catch (error) {
    if (signal.aborted || github.isSignedOff()) return undefined;
    if (!(error instanceof Refused))
      console.log(`${now()}: Runner connect error: ${error.message}. Retrying until reconnected.`);
    await openSession(github);
    return undefined;
  }
}

/** `done` resolves to false if the job went to another runner in the meantime. */
function takeJob(github, runner, { jobId, name }) {
  const cancelled = new AbortController();
  return {
    cancel: (why = 'The operation was canceled.') => cancelled.abort(why),
    done: doJob(github, runner, { jobId, name, signal: cancelled.signal }),
  };
}

async function doJob(github, runner, { jobId, name, signal }) {
  const job = await github
    .acquire(jobId)
    .catch((error) => console.log(`${now()}: Skipping job ${name}: ${error.message}`));
  if (!job) return false;
  console.log(`${now()}: Running job: ${name}`);
  const outbox = createOutbox(github);
  const conclusion = await runJob(job, { runner, outbox, signal }).catch((error) => {
    outbox.write(`##[error]${error.message}\n`);
    return 'failure';
  });
  await outbox.emptied();
  console.log(`${now()}: Job ${name} completed with result: ${RESULTS[conclusion]}`);
  await github.finish(conclusion).catch((error) => console.log(`${now()}: The result was not taken: ${error.message}`));
  return true;
}

function now() {
  return `${new Date().toISOString().slice(0, 19).replace('T', ' ')}Z`;
}
