import { Failure } from '../../src/core/kernel/failure.js';

/** Aborts on Ctrl-C and SIGTERM, so that this process removes everything it started before it ends. */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () =>
      controller.abort(
        new Failure('cancelled', `Interrupted by ${signal}.`, {
          hint: 'Everything that was started has been removed.',
        }),
      ),
    );
  }
  return controller.signal;
}
