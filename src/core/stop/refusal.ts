import * as advice from '../kernel/advice.js';
import { Failure } from '../kernel/failure.js';

/** What a stop could not do. */
interface Unstopped {
  readonly foreign: readonly string[];
  readonly refusals: readonly Failure[];
}

/**
 * Fails a stop that is incomplete, with the hint of each refusal: GitHub's own hint names the missing permission.
 *
 * @throws Failure `not-ours` when an id belongs to another repository; `cleanup-incomplete` when an instance could not
 * be ended or a runner could not be removed
 */
export function refuseUnstopped({ foreign, refusals }: Unstopped): void {
  const sentences = [...new Set([...foreign, ...refusals.map(({ message }) => message)])];
  if (sentences.length === 0) return;
  const listed = sentences.length === 1 ? [] : sentences;
  const hints = [
    ...(foreign.length > 0 ? [advice.GIVE_OWN_INSTANCE_IDS] : []),
    ...new Set(refusals.map(({ hint }) => hint)),
    refusals.length > 0 ? advice.REPEAT_STOP : 'Everything else was stopped.',
  ];
  const requestId = refusals.find(({ about }) => about.requestId !== undefined)?.about.requestId;
  throw new Failure(
    foreign.length > 0 ? 'not-ours' : 'cleanup-incomplete',
    sentences.length === 1 ? sentences[0]! : 'Not everything could be stopped.',
    {
      hint: hints.join(' '),
      details: [...listed, ...refusals.flatMap(({ about }) => about.details ?? [])],
      ...(requestId !== undefined && { requestId }),
    },
  );
}
