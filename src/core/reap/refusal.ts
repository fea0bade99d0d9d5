import { DOUBT_BOUND_MS } from '../kernel/bounds.js';
import { Failure } from '../kernel/failure.js';
import { isOverdue, nameSubject, type ReapFinding, type SweepResult } from './finding.js';
import { renderAge, renderCost } from './report.js';
import { plural } from '../kernel/plural.js';

/** A finding that failed or is overdue; or a failed listing, with every finding that depends on it. */
interface Unresolved {
  readonly sentence: string;
  readonly hint: string;
  readonly failure?: Failure;
  readonly isListing?: boolean;
}

/** The most sentences in the error; the job summary has them all. */
const MOST_LISTED = 20;
const MOST_NAMED = 5;

/**
 * Fails the sweep if it is incomplete.
 *
 * @throws Failure `cleanup-incomplete` when something could not be judged or removed, or has been in doubt for a day;
 * the failure's own code when only one listing failed; `cancelled`
 * @throws the error itself when the sweep met a bug of ours
 */
export function refuseIncomplete({ findings, cancelled, bug }: SweepResult): void {
  if (bug) throw bug.error;
  const unresolved = [...describeFailed(findings), ...findings.filter(isOverdue).map(describeDoubt)];
  const [first, ...others] = unresolved;
  if (first) throw others.length === 0 ? refuseOne(first) : refuseSeveral(unresolved, findings);
  if (!cancelled) return;
  throw new Failure('cancelled', `The sweep was canceled after ${plural(findings.length, 'finding')}.`, {
    hint: 'Nothing is half done: the next sweep continues where this one ended.',
  });
}

function refuseOne({ sentence, hint, failure, isListing = false }: Unresolved): Failure {
  const { why: _, ...about } = failure?.about ?? {};
  const code = failure && isListing ? failure.code : 'cleanup-incomplete';
  const message = isListing ? sentence : `One finding could not be resolved. ${sentence}`;
  return new Failure(code, message, { ...about, hint: `${hint} The next sweep tries again.` });
}

function refuseSeveral(unresolved: readonly Unresolved[], findings: readonly ReapFinding[]): Failure {
  const bad = findings.filter((one) => one.failure !== undefined || isOverdue(one));
  const names = listNames([...new Set(bad.map(nameSubject))]);
  const sentences = unresolved.map(({ sentence }) => sentence);
  const rest = sentences.length - MOST_LISTED;
  const requestId = unresolved.find(({ failure }) => failure)?.failure?.about.requestId;
  return new Failure(
    'cleanup-incomplete',
    `${bad.length} of ${plural(findings.length, 'finding')} could not be resolved: ${names}.`,
    {
      hint: `${[...new Set(unresolved.map(({ hint }) => hint))].join(' ')} The next sweep tries again.`,
      details: [...sentences.slice(0, MOST_LISTED), ...(rest > 0 ? [`${rest} more are in the job summary.`] : [])],
      ...(requestId !== undefined && { requestId }),
    },
  );
}

function describeFailed(findings: readonly ReapFinding[]): Unresolved[] {
  const failed = findings.flatMap((finding) => (finding.failure ? [{ finding, failure: finding.failure }] : []));
  const listings = failed.filter(({ finding: { kind } }) => kind === 'region' || kind === 'scope');
  const ofListings = new Set(listings.map(({ failure }) => failure));
  return [
    ...listings.map(({ finding, failure }) => {
      const dependent = failed.filter((one) => one.failure === failure && one.finding !== finding);
      const names = listNames(dependent.map((one) => nameSubject(one.finding)));
      const unjudged = dependent.length > 0 ? ` Not judged for this reason: ${names}.` : '';
      const sentence = `${nameSubject(finding)}: ${finding.why}. ${failure.message}${unjudged}`;
      return { sentence, hint: failure.hint, failure, isListing: true };
    }),
    ...failed
      .filter(({ failure }) => !ofListings.has(failure))
      .map(({ finding, failure }) => {
        return { sentence: `${nameSubject(finding)}: ${failure.message}`, hint: failure.hint, failure };
      }),
  ];
}

function listNames(names: readonly string[]): string {
  const rest = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : '';
  return `${names.slice(0, MOST_NAMED).join(', ')}${rest}`;
}

function describeDoubt(finding: ReapFinding): Unresolved {
  const { why, inDoubtMs } = finding;
  const cost = finding.kind === 'instance' || finding.kind === 'volume' ? `, cost so far ${renderCost(finding)}` : '';
  const place = finding.region === undefined ? '' : ` in ${finding.region}`;
  return {
    sentence: `${nameSubject(finding)}${place}: ${why}; in doubt for ${renderAge(inDoubtMs)}${cost}`,
    hint: `What is in doubt for ${DOUBT_BOUND_MS / 3_600_000} hours must be ended by a person, or have its tags corrected: the sweep does neither.`,
  };
}
