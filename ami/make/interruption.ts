import { Failure } from '../../src/core/kernel/failure.js';

/** Aborts on Ctrl-C and SIGTERM, so that what was started is removed before this process ends. */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () =>
      controller.abort(
        new Failure('cancelled', `Interrupted by ${signal}.`, { hint: 'What was started has been removed.' }),
      ),
    );
  }
  return controller.signal;
}
