const accelerate = new URL('../faults/accelerate.mjs', import.meta.url).href;

/** The environment of a process for which time passes so many times as fast: what may pass is waited for by minutes. */
export function inHaste(factor: number): Record<string, string> {
  return { NODE_OPTIONS: `--import=${accelerate}`, FAULTS_FACTOR: `${factor}` };
}
