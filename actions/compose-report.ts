import type { ComposeHost } from '../src/core/compose/host.js';
import type { ComposeOutcome } from '../src/core/compose/outcome.js';
import { describeVerdict, summarizeOutcome } from '../src/core/compose/summary.js';
import { renderTimelineFile } from '../src/core/compose/timeline.js';
import { Failure } from '../src/core/kernel/failure.js';
import type { Log } from '../src/core/ports/process.js';
import { writeOutputs } from '../src/host/outputs.js';
import { appendSummary } from '../src/host/summary.js';

/** In the annotation, beside the first one. The log and the summary have all. */
const MOST_REASONS = 3;

/** Characters. GitHub takes 1 MiB for all outputs of a job, at two bytes a character, and fails the job beyond. */
const MOST_RESULT = 256 * 1024;

function describeLongResult({ length }: string, artifacts: string): string {
  return `The output \`result\` is empty, because the result has ${length} characters, and an output may have ${MOST_RESULT}. All of it is in ${artifacts}/result.json.`;
}

interface Reporting {
  readonly directory: string;
  /** The run, if it is one of several: `Run 3 of base`. A pass of it is not the verdict of the step. */
  readonly run?: string;
  readonly host: ComposeHost;
  readonly log: Log;
}

/** Writes the outputs, the files and the summary. @throws Failure unless the project passed */
export function reportOutcome(outcome: ComposeOutcome, { directory, run, host, log }: Reporting): void {
  const { verdict, phase, exitCode, code, hint, reasons, remains } = outcome;
  const timeline = host.writeFile('timeline.json', renderTimelineFile(outcome));
  const { result = '', ...rest } = outcome;
  host.writeFile('outcome.json', `${JSON.stringify(rest, undefined, 2)}\n`);
  const sentence = `${run === undefined ? '' : `${run}: `}${describeVerdict(outcome)}`;
  if (run !== undefined && verdict === 'pass') return log.info(sentence);
  const isShort = result.length <= MOST_RESULT;
  if (!isShort) log.warning(describeLongResult(result, host.artifacts));
  writeOutputs({ verdict, phase, 'exit-code': exitCode, result: isShort ? result : '', timeline });
  if (remains.length > 0 && phase !== 'down')
    log.warning(`Not removed yet: ${remains.join(', ')}. The post step tries again.`);
  const subject = { directory: run === undefined ? directory : `${directory} (${run})`, artifacts: host.artifacts };
  appendSummary(summarizeOutcome(outcome, subject), log);
  if (verdict === 'pass') return log.info(sentence);
  printLastLines(outcome, log);
  const others = reasons.slice(1);
  for (const reason of others) log.info(reason);
  const why = others.slice(0, MOST_REASONS).join(' ');
  throw new Failure(code ?? 'session-failed', sentence, {
    ...(why !== '' && { why }),
    hint: hint ?? `Read the logs in ${host.artifacts}.`,
  });
}

/** Of the services that are the reason. The session's are in the log already. A prefix keeps `::` of theirs from acting. */
function printLastLines({ services }: ComposeOutcome, log: Log): void {
  for (const { service, role, lastLines = [] } of services)
    if (role !== 'session') for (const line of lastLines) log.info(`${service} | ${line}`);
}
