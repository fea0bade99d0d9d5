import { getState, saveState } from '@actions/core';

/** What the post step of run-phases needs to know about the main step. */
export interface PhasesState {
  /** The folder of the artifacts, absolute. */
  readonly artifacts: string;
  /** The number of the first folder of a phase. */
  readonly offset: number;
  /** Epoch ms. */
  readonly beganAt: number;
  /**
   * `started`: phases that always run may not have run. `exporting`: only the export is left to do. `finished`: nothing is.
   */
  readonly state: 'started' | 'exporting' | 'finished';
  /** The file of the texts that phases have masked; only for an export. */
  readonly masks?: string;
}

const KEY = 'phases';

export function savePhasesState(state: PhasesState): void {
  saveState(KEY, JSON.stringify(state));
}

/** `undefined`: the main step ended before it ran anything. */
export function readPhasesState(): PhasesState | undefined {
  const text = getState(KEY);
  return text === '' ? undefined : (JSON.parse(text) as PhasesState);
}
