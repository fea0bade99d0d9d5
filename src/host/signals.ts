import { setMaxListeners } from 'node:events';
import { Failure } from '../core/kernel/failure.js';

/**
 * A signal that is aborted when GitHub cancels the step: GitHub sends SIGINT, SIGTERM 7.5 s later, and kills the
 * process after another 2.5 s (source: ProcessInvoker in actions/runner). The signal is also aborted when the runner,
 * which reads the output of this process, has died. After the call, SIGINT and SIGTERM no longer end the process, so
 * that it can remove what it started. Call this function before anything else.
 *
 * @param whatNext the hint of the `Failure`: what happens to the work of the step, and what users can do; a function if that depends on how far the step is
 */
export function listenForCancellation(whatNext: string | (() => string)): AbortSignal {
  const hint = typeof whatNext === 'string' ? (): string => whatNext : whatNext;
  const controller = new AbortController();
  // Each pending request adds a listener, so a large number is no leak.
  setMaxListeners(0, controller.signal);
  // An error on stdout or stderr means that the runner has died, so no job will use what is being started. Without a
  // listener the error would be thrown, and reporting it would fail on the same pipe again and again.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', () =>
      controller.abort(
        new Failure('cancelled', 'The runner no longer reads the output of this step.', {
          hint: `${hint()} Check what ended the runner of this job.`,
        }),
      ),
    );
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () =>
      controller.abort(new Failure('cancelled', `The step was canceled (${signal}).`, { hint: hint() })),
    );
  }
  return controller.signal;
}
