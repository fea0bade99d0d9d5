import { Failure } from '../core/failure.js';

/**
 * Aborted when GitHub cancels the step: it sends SIGINT, 7.5 s later SIGTERM, and kills 2.5 s after that
 * (source: ProcessInvoker in actions/runner). From the first call on no signal ends the process by itself,
 * so that what was started can be removed meanwhile; call it before anything else.
 */
export function listenForCancellation(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () =>
      controller.abort(
        new Failure('cancelled', `The step was cancelled (${signal}).`, {
          hint: 'What was started is being removed; whatever the time did not allow is left to the `post` step.',
        }),
      ),
    );
  }
  return controller.signal;
}
