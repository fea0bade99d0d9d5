import type { GitHubWorld, Job, JobRequest, RunnerRecord } from '../github/github.js';
import { GitHubError } from '../github/world/errors.js';
import { json, type Call, type ControlRoute } from './call.js';
import { ControlError, flag, mapOf, oneOf, someTexts, text, texts, wholeNumber, type Fields } from './input.js';

const JOB: Fields = {
  labels: { kind: someTexts, does: 'a runner must have all of them', required: true },
  steps: { kind: texts, does: 'shell scripts, each run by `bash -e`', required: true },
  name: { kind: text, does: 'default `job`' },
  repository: { kind: text, does: '`owner/name`; default: the first repository' },
  runId: { kind: wholeNumber(1, Number.MAX_SAFE_INTEGER), does: 'default: the run that the variables name' },
  directory: { kind: text, does: 'the work folder starts as a copy of it' },
  env: { kind: mapOf(text), does: 'variables of its steps' },
};

/** Jobs, runs and runners of GitHub. */
export const jobRoutes: readonly ControlRoute[] = [
  {
    method: 'GET',
    path: 'jobs',
    does: 'Lists all jobs.',
    handle: ({ controlled }) => controlled.github.jobs().map(describeJob),
  },
  {
    method: 'POST',
    path: 'jobs',
    does: 'Queues a job, as a workflow does. A runner with its labels runs it.',
    body: JOB,
    example: { labels: ['self-hosted'], steps: ['echo "Hello from $RUNNER_NAME"'], name: 'test' },
    handle: queueJob,
  },
  {
    method: 'GET',
    path: 'jobs/{id}',
    does: 'Describes one, with its log so far.',
    query: { wait: 'answers only when the job has ended' },
    handle: async (call) => {
      const job = jobOf(call);
      if (call.query.has('wait')) await job.finished;
      return describeJob(job);
    },
  },
  {
    method: 'POST',
    path: 'jobs/{id}/cancel',
    does: 'Cancels it. A running job ends when its runner has ended the step.',
    handle: (call) => {
      const job = jobOf(call);
      if (job.status === 'completed') throw new ControlError(409, `Job ${job.id} has ended already.`);
      job.cancel();
      return describeJob(job);
    },
  },
  {
    method: 'POST',
    path: 'runs',
    does: 'Adds a workflow run to the first repository, for listings of runs.',
    body: {
      event: { kind: text, does: 'default `push`' },
      branch: { kind: text, does: 'default `main`' },
      status: { kind: oneOf('queued', 'in_progress', 'completed'), does: 'default `in_progress`' },
      conclusion: { kind: oneOf('success', 'failure', 'cancelled'), does: 'of a completed run; default `success`' },
    },
    example: { event: 'schedule', status: 'completed', conclusion: 'failure' },
    handle: ({ controlled, input }) => json(controlled.github.addRun(input), 201),
  },
  {
    method: 'GET',
    path: 'runners',
    does: 'Lists all registered runners, without their secrets.',
    handle: ({ controlled }) => controlled.github.runners().map(describeRunner),
  },
  {
    method: 'POST',
    path: 'runners',
    does: 'Registers a runner of the first repository and keeps it online, without a program. It takes no job.',
    body: {
      name: { kind: text, does: 'its name', required: true },
      labels: { kind: someTexts, does: 'its labels', required: true },
      busy: { kind: flag, does: 'what GitHub shows; default false' },
    },
    example: { name: 'runner-1', labels: ['self-hosted', 'ec2-1'] },
    handle: addRunner,
  },
  {
    method: 'DELETE',
    path: 'runners/{id}',
    does: 'Removes a runner as GitHub does after a lost job: its program gets no message.',
    handle: (call) => {
      const runner = call.controlled.github.runners().find(({ id }) => `${id}` === call.params['id']);
      if (!runner) throw new ControlError(404, `There is no runner ${call.params['id']}.`);
      call.controlled.github.loseJob(runner.id);
      return describeRunner(runner);
    },
  },
];

/** @throws ControlError 409 for a name that exists, 422 for a name or label that GitHub does not allow */
function addRunner({ controlled, input }: Call): unknown {
  try {
    return json(describeRunner(controlled.github.addRunner(input as unknown as NewRunner)), 201);
  } catch (error) {
    if (error instanceof GitHubError) throw new ControlError(error.status, error.message);
    throw error;
  }
}

type NewRunner = Parameters<GitHubWorld['addRunner']>[0];

function queueJob({ controlled, input }: Call): unknown {
  const { github } = controlled;
  const request = input as unknown as JobRequest;
  if (request.runId !== undefined && !github.runs.has(request.runId)) {
    const known = [...github.runs.keys()].join(', ');
    throw new ControlError(400, `\`runId\` is ${request.runId}; allowed: a run that exists (${known}).`);
  }
  return json(describeJob(github.queueJob(request)), 201);
}

function jobOf({ controlled, params }: Call): Job {
  const job = controlled.github.jobs().find(({ id }) => `${id}` === params['id']);
  if (!job) throw new ControlError(404, `There is no job ${params['id']}.`);
  return job;
}

export function describeJob(job: Job): Record<string, unknown> {
  const { id, name, status, conclusion, runner, log, createdAt, startedAt, completedAt } = job;
  return { id, name, status, conclusion, runner, createdAt, startedAt, completedAt, log };
}

export function describeRunner({ credentials: _secret, ...runner }: RunnerRecord): Record<string, unknown> {
  return runner;
}
