import { setMaxListeners } from 'node:events';
import { Failure } from '../core/kernel/failure.js';

/**
 * Aborted when GitHub cancels the step: it sends SIGINT, 7.5 s later SIGTERM, and kills 2.5 s after that
 * (source: ProcessInvoker in actions/runner). Also when the runner, which reads what this process says, has died.
 * From the first call on no signal ends the process by itself, so that what was started can be removed meanwhile;
 * call it before anything else.
 *
 * @param whatNext what becomes of what the step has begun, and what there is to do: the hint of its failure
 */
export function listenForCancellation(whatNext: string): AbortSignal {
  const controller = new AbortController();
  // As many waits as there are requests listen to it; that is no leak.
  setMaxListeners(0, controller.signal);
  // Whoever read this process's output is gone: the runner has died, and nobody will use what is being started.
  // Unheard, the error would be thrown, and telling of it would break the same pipe again, for ever.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', () =>
      controller.abort(
        new Failure('cancelled', 'Nobody reads the output of this step any more.', {
          hint: `${whatNext} See what ended the runner of this job.`,
        }),
      ),
    );
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () =>
      controller.abort(new Failure('cancelled', `The step was cancelled (${signal}).`, { hint: whatNext })),
    );
  }
  return controller.signal;
}
