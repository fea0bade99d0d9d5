import { runAction } from '../src/host/exit.js';

/** `judge-results`. */
export function runJudgeResults(): Promise<void> {
  return runAction(async () => undefined);
}
