import { conclude } from '../src/core/command/conclusion.js';
import { postVerdict, type AnswerRecord } from '../src/core/command/respond.js';
import { refuseProblems, type ValuesOf } from '../src/core/inputs/inputs.js';
import type { Clock } from '../src/core/kernel/clock.js';
import { Failure } from '../src/core/kernel/failure.js';
import type { Log } from '../src/core/ports/process.js';
import type { PullRequests } from '../src/core/ports/pull-requests.js';
import type { inputs } from './plan-run.inputs.js';

type Values = Pick<ValuesOf<typeof inputs>, 'answer' | 'needs' | 'needs-verdict'>;

/** The last step of a run that plan-run planned. @throws Failure if neither status nor comment could be posted */
export async function postRunVerdict(
  values: Values,
  { github, log, clock }: { readonly github: PullRequests; readonly log: Log; readonly clock: Clock },
): Promise<void> {
  const record = readRecord(values.answer);
  refuseProblems(
    [
      ...(record ? [] : ['`answer` is not usable; allowed: the output `answer` of the step that planned the run.']),
      ...(values.needs ? [] : ['`needs` is empty; allowed: `${{ toJSON(needs) }}`.']),
    ],
    'Correct them in the workflow. No verdict was posted.',
  );
  const jobs = values.needs!.map((job) => ({
    ...job,
    needsVerdict: values['needs-verdict'],
    mayBeSkipped: record!.notAsked?.includes(job.name) === true,
  }));
  const conclusion = conclude(jobs, { startedAt: record!.startedAt, endedAt: clock.now() });
  log.info(`${conclusion.title}: ${conclusion.description}`);
  if (await postVerdict(record!, conclusion, { github, log })) return;
  throw new Failure('github-rejected', 'The verdict could not be posted on the pull request.', {
    hint: 'The warnings above name the requests and the permissions that they need.',
  });
}

/** @returns `undefined` for a text that is no output of this action */
function readRecord(answer: string | undefined): AnswerRecord | undefined {
  try {
    const record = JSON.parse(answer ?? '') as Partial<AnswerRecord> | null;
    const isWhole = typeof record?.sha === 'string' && typeof record.context === 'string';
    return isWhole ? (record as AnswerRecord) : undefined;
  } catch {
    return undefined;
  }
}
