import { getState, saveState } from '@actions/core';

/** What the post step of run-compose needs to know about the main step. */
export interface ComposeState {
  readonly projectName: string;
  /** The beginning of the names of images that several projects use, if any, in the place of a project's name. */
  readonly images?: string;
  /** The folder of the artifacts, absolute. */
  readonly artifacts: string;
  /** `started`: something of the project may exist. `removed`: nothing is left. */
  readonly state: 'started' | 'removed';
}

const KEY = 'compose';

export function saveComposeState(state: ComposeState): void {
  saveState(KEY, JSON.stringify(state));
}

/** `undefined`: the main step ended before it made anything. */
export function readComposeState(): ComposeState | undefined {
  const text = getState(KEY);
  return text === '' ? undefined : (JSON.parse(text) as ComposeState);
}
