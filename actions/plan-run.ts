import { findCommandLine } from '../src/core/command/command.js';
import { hearComment, type HeardComment, type PlanOptions } from '../src/core/command/hear-comment.js';
import { loadFiles } from '../src/core/command/load-files.js';
import { makePlan, type Plan } from '../src/core/command/plan.js';
import { summarizePlan, summarizeRefusal, type Asked } from '../src/core/command/answer.js';
import { Responder } from '../src/core/command/respond.js';
import { parseInputs, refuseProblems, type ValuesOf } from '../src/core/inputs/inputs.js';
import type { Log } from '../src/core/ports/process.js';
import type { PullRequests } from '../src/core/ports/pull-requests.js';
import { clock } from '../src/host/clock.js';
import { readCommandEvent } from '../src/host/comment-event.js';
import { readContext, type RunContext } from '../src/host/context.js';
import { runAction } from '../src/host/exit.js';
import { createLog } from '../src/host/log.js';
import { listenForCancellation } from '../src/host/signals.js';
import { appendSummary } from '../src/host/summary.js';
import { readWorkspaceFile } from '../src/host/workspace-file.js';
import { reachPullRequests } from './connect-pull-requests.js';
import { findCommand } from './find-command.js';
import { writePlan, writeSkip } from './plan-outputs.js';
import { parseRequest, type ParsedRequest } from './plan-request.js';
import { inputs } from './plan-run.inputs.js';
import { MARK, NO_VERDICT, postRunVerdict } from './plan-verdict.js';
import { readInputs } from './read-inputs.js';

const HINT = 'Correct them, and start again. Nothing runs.';

interface Scene {
  readonly values: ValuesOf<typeof inputs>;
  readonly request: ParsedRequest;
  readonly context: RunContext;
  readonly github: PullRequests;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** `plan-run`. */
export function runPlanRun(): Promise<void> {
  const signal = listenForCancellation('Nothing was started.');
  return runAction(async () => {
    const log = createLog();
    const context = readContext();
    const { values, problems } = parseInputs(inputs, readInputs(inputs));
    const token = values['github-token'];
    if (token === undefined)
      problems.push(
        '`github-token` is empty; allowed: a token. (A secret that does not exist arrives as an empty text.)',
      );
    const isVerdict = values.needs !== undefined || values.answer !== undefined;
    const request = isVerdict ? undefined : await parseRequest(values);
    refuseProblems([...problems, ...(request?.problems ?? [])], isVerdict ? NO_VERDICT : HINT);
    const github = await reachPullRequests(token!, { context, log, signal });
    if (!request) return postRunVerdict(values, { github, log, clock, context });
    const scene = { values, request, context, github, log, signal };
    const found = await findCommand(values.comment, readCommandEvent(), { github, repository: context.repository });
    if (found.kind === 'none') return writeSkip(found.why, log);
    return found.kind === 'comment' ? planComment(found.comment, scene) : planText(found.text, scene);
  });
}

/** The author of a comment gets an answer. Only where none can be posted is a refusal red. */
async function planComment(
  comment: HeardComment,
  { values, request, context, github, log, signal }: Scene,
): Promise<void> {
  const { testName } = request.options;
  const asked = describeAsked(comment, testName, context);
  const place = { number: comment.number, comment: comment.id };
  const responder = new Responder(asked, place, { github, log, clock });
  const { permission, forks } = values;
  let acknowledged = Promise.resolve();
  const hearing = await hearComment(
    { ...request, comment, permission, forks, repository: context.repository },
    github,
    () => {
      acknowledged = responder.acknowledge();
    },
  );
  await acknowledged;
  // A canceled run must not answer that it runs.
  signal.throwIfAborted();
  if (hearing.kind === 'none') return writeSkip(hearing.why, log);
  if (hearing.kind === 'refused') {
    if (!(await responder.refuse(hearing.problems, hearing.usage))) refuseProblems(hearing.problems, HINT);
    appendSummary(summarizeRefusal(asked, hearing.problems), log);
    return writeSkip(`refused, and answered on the pull request: ${hearing.problems.join(' ')}`, log);
  }
  const { plan } = hearing;
  appendSummary(summarizePlan(asked, plan), log);
  if (plan.mode === 'plan') {
    await responder.show(plan);
    return writeSkip('`/plan` only shows what would run.', log);
  }
  const record = await responder.begin(plan, {
    context: nameContext(plan, request.options),
    notAsked: request.options.environments.filter((one) => !plan.environments.includes(one)),
  });
  writePlan(plan, JSON.stringify(record), log);
}

/** Who starts a run without a comment may push to the repository, and sees a refusal as a red step. */
async function planText(text: string | undefined, { request, context, github, log }: Scene): Promise<void> {
  const { sha, repository, workspace, actor } = context;
  const asked =
    text === undefined ? undefined : describeAsked({ id: 0, author: actor, text }, request.options.testName, context);
  const readFile = async (path: string) => readWorkspaceFile(workspace, path) ?? (await github.readFile(path, sha));
  const { files, problems } = await loadFiles(request.files, readFile, `${repository} at ${sha}`);
  const hint = text === undefined ? `${HINT} The input \`comment\` is empty; it may hold a command.` : HINT;
  refuseProblems(problems, hint);
  const comment = text === undefined ? {} : { comment: { text, source: '`comment`' } };
  const planning = makePlan({ ...request.options, ...files, ...comment, sha });
  if (planning.kind === 'refused') return refuseProblems(planning.problems, hint);
  if (planning.kind === 'none') {
    refuseProblems(planning.hint === undefined ? [] : [planning.hint], hint);
    return writeSkip('`comment` has no command of this test.', log);
  }
  const { commit } = planning.plan;
  if (commit !== undefined && !sha.startsWith(commit))
    return refuseProblems([`The commit of this run is ${sha}, not \`${commit}\`, which \`comment\` names.`], hint);
  appendSummary(summarizePlan(asked, planning.plan), log);
  if (planning.plan.mode === 'plan') return writeSkip('`/plan` only shows what would run.', log);
  writePlan(planning.plan, '', log);
}

function describeAsked(
  { id, author, text }: Pick<HeardComment, 'id' | 'author' | 'text'>,
  testName: string | undefined,
  { serverUrl, repository, runId, runAttempt }: RunContext,
): Asked {
  return {
    author: author ?? 'ghost',
    command: findCommandLine(text, testName) ?? '',
    runUrl: `${serverUrl}/${repository}/actions/runs/${runId}`,
    marker: `${MARK} ${runId}/${runAttempt}/${id}`,
  };
}

/** One status per test and choice of environments: `/test unit, cuda`, `/test all`. */
function nameContext({ environments }: Plan, { testName, environments: known }: PlanOptions): string {
  const all = environments.length > 1 && environments.length === known.length;
  return ['/test', testName, all ? 'all' : environments.join(', ')].filter(Boolean).join(' ');
}
