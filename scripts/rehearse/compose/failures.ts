/** The phases of run-compose that `--fail` can make fail. */
export const composeFailures = ['setup', 'ready', 'session', 'assert'] as const;
export type ComposeFailure = (typeof composeFailures)[number];

export function isComposeFailure(mode: string | undefined): mode is ComposeFailure {
  return composeFailures.some((one) => one === mode);
}
