import { conclude } from '../src/core/command/conclusion.js';
import { postVerdict, type AnswerRecord } from '../src/core/command/respond.js';
import { refuseProblems, type ValuesOf } from '../src/core/inputs/inputs.js';
import type { Clock } from '../src/core/kernel/clock.js';
import { Failure } from '../src/core/kernel/failure.js';
import type { Log } from '../src/core/ports/process.js';
import type { PullRequests } from '../src/core/ports/pull-requests.js';
import type { RunContext } from '../src/host/context.js';
import type { inputs } from './plan-run.inputs.js';

type Values = Pick<ValuesOf<typeof inputs>, 'answer' | 'needs' | 'needs-verdict'>;

/** What users do about inputs of the last step that do not fit. */
export const NO_VERDICT = 'Correct them in the workflow. No verdict was posted.';
const TEXTS = ['author', 'command', 'runUrl', 'marker', 'sha', 'context'] as const;

/** What begins the marker of an answer, before `RUN/ATTEMPT/COMMENT`. */
export const MARK = 'ci-actions:answer';

interface VerdictScene {
  readonly github: PullRequests;
  readonly log: Log;
  readonly clock: Clock;
  readonly context: Pick<RunContext, 'runId' | 'runAttempt'>;
}

/** The last step of a run that plan-run planned. @throws Failure if neither status nor comment could be posted */
export async function postRunVerdict(values: Values, { github, log, clock, context }: VerdictScene): Promise<void> {
  const record = readRecord(values.answer);
  refuseProblems(
    [
      ...(record ? [] : [describeAnswer(values.answer)]),
      ...(values.needs ? [] : ['`needs` is empty; allowed: `${{ toJSON(needs) }}`.']),
    ],
    NO_VERDICT,
  );
  const jobs = values.needs!.map((job) => ({
    ...job,
    needsVerdict: values['needs-verdict'],
    mayBeSkipped: record!.notAsked?.includes(job.name) === true,
  }));
  // A re-run of failed jobs keeps the plan of an earlier attempt, and the time in between tells nothing.
  const isSameAttempt = record!.marker.startsWith(`${MARK} ${context.runId}/${context.runAttempt}/`);
  const times = isSameAttempt ? { startedAt: record!.startedAt, endedAt: clock.now() } : {};
  const conclusion = conclude(jobs, times);
  log.info(`The verdict: ${conclusion.description}`);
  if (await postVerdict(record!, conclusion, { github, log })) return;
  throw new Failure('github-rejected', 'The verdict could not be posted on the pull request.', {
    hint: 'The warnings above name the requests and the permissions that they need.',
  });
}

function describeAnswer(answer: string | undefined): string {
  if (answer !== undefined)
    return '`answer` is not usable; allowed: the output `answer` of the step that planned the run.';
  return '`answer` is empty; allowed: the output `answer` of the step that planned the run. GitHub drops an output that contains the value of a secret, with a warning in the job that planned the run.';
}

/** @returns `undefined` for a text that is no output of this action */
function readRecord(answer: string | undefined): AnswerRecord | undefined {
  try {
    const record = JSON.parse(answer ?? '') as Partial<Record<keyof AnswerRecord, unknown>> | null;
    const { comment, startedAt, notAsked } = record ?? {};
    const isWhole =
      TEXTS.every((name) => typeof record?.[name] === 'string') &&
      typeof startedAt === 'number' &&
      (comment === undefined || typeof comment === 'number') &&
      (notAsked === undefined || Array.isArray(notAsked));
    return isWhole ? (record as unknown as AnswerRecord) : undefined;
  } catch {
    return undefined;
  }
}
