import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { joinComments, markerOf, renderComment } from '../src/core/judgement/comment.js';
import { listRegressions } from '../src/core/judgement/judge.js';
import type { Judgement } from '../src/core/judgement/judgement.js';
import { drawPlots, type Plot } from '../src/core/judgement/plots.js';
import { renderReport } from '../src/core/judgement/report.js';
import { renderSummary } from '../src/core/judgement/summary.js';
import { isNotable } from '../src/core/judgement/words.js';
import { Failure, messageOf } from '../src/core/kernel/failure.js';
import type { Log } from '../src/core/ports/process.js';
import { plural } from '../src/core/kernel/plural.js';
import type { RunContext } from '../src/host/context.js';
import { locateArtifacts } from '../src/host/locate-artifacts.js';
import { nonce } from '../src/host/nonce.js';
import { writeOutputs } from '../src/host/outputs.js';
import { appendSummary } from '../src/host/summary.js';
import type { CommentScene, NewComment } from './judge-comment.js';
import type { GivenResults } from './judge-request.js';

/** Characters. GitHub takes 1 MiB for all outputs of a job, at two bytes a character, and fails the job beyond. */
const MOST_OUTPUT = 256 * 1024;

export interface ReportScene extends CommentScene {
  /** The pull request that the event is about. */
  readonly ref: { readonly pullRequest?: number };
}

interface Reporting {
  readonly given: GivenResults;
  readonly scene: ReportScene;
  /** The whole history, this run included if it was added. */
  readonly history: Uint8Array | undefined;
}

/** Writes the artifacts, the outputs, the summary and the comment. @returns the folder of the artifacts */
export async function reportJudgement(judgement: Judgement, { given, scene, history }: Reporting): Promise<string> {
  const { log } = scene;
  const { conclusion } = judgement;
  const artifacts = locateArtifacts(`judgement-${nonce(8)}`);
  const pictures = drawPlots(judgement);
  writeFiles(
    artifacts,
    [
      ...pictures.map(({ file, svg }) => [`plots/${file}`, svg] as const),
      ['report.html', renderReport(judgement, pictures)],
      ['verdicts.json', `${JSON.stringify(toJson(judgement), undefined, 2)}\n`],
    ],
    log,
  );
  const pictureUrl = await publishNotable(judgement, pictures, { given, scene });
  const options = { plots: given.plots, ...(pictureUrl && { pictureUrl }) };
  const body = renderComment(judgement, { ...options, run: runPage(scene.context) });
  writeOutputs({ artifacts, plots: join(artifacts, 'plots') });
  if (history) writeHistory(artifacts, history, log);
  writeOutputs({ ...describeVerdicts(judgement, scene), code: conclusion.code, comment: body });
  appendSummary(renderSummary(judgement, { ...options, report: join(artifacts, 'report.html') }), log);
  printVerdicts(judgement, scene);
  if (given.comment) await tryToComment({ body, marker: markerOf(judgement.name) }, scene);
  return artifacts;
}

/** A disk that is full hides no verdict. */
function writeFiles(
  folder: string,
  files: readonly (readonly [path: string, content: string | Uint8Array])[],
  log: Log,
): boolean {
  try {
    mkdirSync(join(folder, 'plots'), { recursive: true });
    for (const [path, content] of files) writeFileSync(join(folder, path), content);
    return true;
  } catch (error) {
    log.warning(`The artifacts are not complete: ${messageOf(error)}.`);
    return false;
  }
}

/** The history for later steps. */
export function writeHistory(artifacts: string, bytes: Uint8Array, log: Log): void {
  const isWritten = writeFiles(artifacts, [['history.jsonl', bytes]], log);
  writeOutputs({ history: isWritten ? join(artifacts, 'history.jsonl') : '' });
}

/** The pictures of a summary. */
const MOST_PUBLISHED = 40;

/** Puts the plots where GitHub can show them. @returns the address of each that is there */
async function publishNotable(
  { metrics, name }: Judgement,
  pictures: readonly Plot[],
  { given, scene }: Pick<Reporting, 'given' | 'scene'>,
): Promise<((file: string) => string | undefined) | undefined> {
  const { history, plots } = given;
  if (history?.kind !== 'branch' || plots === 'none') return undefined;
  const notable = new Set(
    metrics.filter((one) => plots === 'all' || isNotable(one)).map(({ verdict }) => verdict.name),
  );
  const files = pictures.filter(({ metric }) => notable.has(metric)).slice(0, MOST_PUBLISHED);
  if (files.length === 0) return undefined;
  const { publish } = await import('./judge-history.js');
  const { runId, runAttempt } = scene.context;
  const folder = `${runId}-${runAttempt}-${name.replace(/[^\w.]+/g, '-')}`;
  const address = await publish(history, { folder, files }, scene);
  const published = new Set(files.map(({ file }) => file));
  return address && ((file) => (published.has(file) ? address(file) : undefined));
}

/** Posts the comments of earlier jobs as one. @throws Failure */
export async function postOnly({ post = '', rules }: GivenResults, scene: ReportScene): Promise<void> {
  const { pullRequest } = scene.ref;
  if (pullRequest === undefined) return scene.log.info(NO_PULL_REQUEST);
  const { postComment } = await import('./judge-comment.js');
  const body = joinComments([post], rules.name);
  await postComment({ number: pullRequest, body, marker: markerOf(rules.name) }, scene);
}

const NO_PULL_REQUEST = 'No comment: this run is not about a pull request.';

/** The verdict does not depend on a comment. */
async function tryToComment(comment: Pick<NewComment, 'body' | 'marker'>, scene: ReportScene): Promise<void> {
  const { log, ref } = scene;
  if (ref.pullRequest === undefined) return log.info(NO_PULL_REQUEST);
  try {
    const { postComment } = await import('./judge-comment.js');
    await postComment({ number: ref.pullRequest, ...comment }, scene);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    log.warning(`The verdict is not on the pull request: ${error.message} ${error.hint}`);
  }
}

/** The address of the run's page. */
function runPage({ serverUrl, repository, runId, runAttempt }: RunContext): string {
  return `${serverUrl}/${repository}/actions/runs/${runId}/attempts/${runAttempt}`;
}

/** What later steps and jobs decide by. */
function describeVerdicts({ conclusion, metrics, suspected = [] }: Judgement, { log }: ReportScene) {
  const states = JSON.stringify(Object.fromEntries(metrics.map(({ verdict }) => [verdict.name, verdict.state])));
  const isShort = states.length <= MOST_OUTPUT;
  if (!isShort)
    log.warning(`The output \`verdicts\` is empty, because it would have ${plural(states.length, 'character')}.`);
  return {
    passed: passedOf({ conclusion, suspected }),
    verdicts: isShort ? states : '',
    regressions: listRegressions(metrics.map(({ verdict }) => verdict)),
    suspected,
    reason: conclusion.reasons.join(' '),
  };
}

/** `undecided`: nothing failed, and there is too little to say more, or a second run has the last word. */
function passedOf({
  conclusion,
  suspected,
}: Pick<Judgement, 'conclusion'> & { readonly suspected: readonly string[] }): boolean | 'undecided' {
  if (conclusion.code !== 0) return false;
  return conclusion.passed && suspected.length === 0 ? true : 'undecided';
}

const BECAME_WORSE = ' became worse ';

/** The metrics in the log, the worst first. */
const MOST_PRINTED = 200;

function printVerdicts(
  { metrics, problems, notes, conclusion, suspected = [] }: Judgement,
  { log }: ReportScene,
): void {
  for (const { verdict } of metrics.slice(0, MOST_PRINTED)) {
    log.info(`${verdict.name.replace(/\s+/g, ' ')}: ${verdict.state}. ${verdict.reasons.join(' ')}`);
  }
  if (metrics.length > MOST_PRINTED) log.info(`And ${plural(metrics.length - MOST_PRINTED, 'more metric')}.`);
  for (const problem of problems.slice(0, MOST_PRINTED)) log.info(problem);
  // A level that became worse step by step is in no single run's verdict.
  for (const note of notes) {
    if (note.includes(BECAME_WORSE)) log.warning(note);
    else log.info(note);
  }
  if (conclusion.code !== 0) return;
  if (suspected.length > 0)
    log.warning(
      `${plural(suspected.length, 'metric')} may have become worse: ${suspected.slice(0, 10).join(', ')}. A run on another machine decides.`,
    );
  else if (!conclusion.passed)
    log.warning(`Nothing failed, and not everything is decided. ${conclusion.reasons.join(' ')}`);
}

/** What programs read: `verdicts.json`. */
function toJson({ conclusion, metrics, comparedWith, ...judgement }: Judgement): object {
  return {
    ...judgement,
    at: new Date(judgement.at).toISOString(),
    ...conclusion,
    comparedWith,
    metrics: metrics.map(({ verdict, better, changes, sides, series }) => ({
      ...verdict,
      better,
      changes: changes.map((change) => ({ ...change, commit: series?.points[change.run]?.commit })),
      sides,
    })),
  };
}
