import * as resultAdvice from '../kernel/result-advice.js';
import { Failure } from '../kernel/failure.js';

/** @param name of the history @param bytes that it may have */
export function tooLarge(name: string, bytes: number): Failure {
  return new Failure('history-too-large', `${name} has more than ${bytes} bytes.`, {
    hint: resultAdvice.PRUNE_HISTORY,
  });
}
