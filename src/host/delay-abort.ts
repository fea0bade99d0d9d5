/** A signal that is aborted so long after another one, for the same reason. */
export function delayAbort(signal: AbortSignal, ms: number): AbortSignal {
  const controller = new AbortController();
  const begin = (): void => void setTimeout(() => controller.abort(signal.reason), ms).unref();
  if (signal.aborted) begin();
  else signal.addEventListener('abort', begin, { once: true });
  return controller.signal;
}
