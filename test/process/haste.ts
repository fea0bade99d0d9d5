const accelerate = new URL('../faults/accelerate.mjs', import.meta.url).href;

/** The environment of a process whose clock is this many times as fast, so that minutes of retries take seconds. */
export function inHaste(factor: number): Record<string, string> {
  return { NODE_OPTIONS: `--import=${accelerate}`, FAULTS_FACTOR: `${factor}` };
}
