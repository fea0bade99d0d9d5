import { messageOf } from '../kernel/failure.js';
import type { PhaseHost } from './host.js';
import { MAIN_FILES, MOST_LISTED, renderIndex } from './index-page.js';
import { readJournal } from './journal.js';
import { FAILURE, FAILURES, FINISHED, INDEX, isJournal, renderFailureLine, renderFinished } from './layout.js';
import type { PhaseResult, PhasesOutcome } from './result.js';
import { judge } from './verdict.js';

export interface Ending {
  /** Of the test, for FINISHED and the index page. */
  readonly name: string;
  readonly results: readonly PhaseResult[];
  /** What could not be written so far, as sentences. */
  readonly unwritten: readonly string[];
  readonly beganAt: number;
  readonly endedAt: number;
}

/** Judges the run, and writes FAILURES, FINISHED and the index page. */
export function finishPhases(ending: Ending, host: PhaseHost): PhasesOutcome {
  const { results, beganAt, endedAt } = ending;
  const outcome = (unwritten: readonly string[]): PhasesOutcome => ({
    ...judge(results, unwritten),
    results,
    beganAt,
    endedAt,
  });
  const unwritten = [...ending.unwritten];
  const write = (name: string, text: string): void => {
    try {
      host.writeFile(name, text);
    } catch (error) {
      unwritten.push(`${name} of the artifacts could not be written: ${messageOf(error)}.`);
    }
  };
  const failures = listFailures(results, host);
  if (failures.length > 0) write(FAILURES, `${failures.join('\n')}\n`);
  // What a canceled main step wrote. The post step has run the same phase to its end.
  else host.removeFile(FAILURES);
  const page = {
    name: ending.name,
    outcome: outcome(unwritten),
    earlier: readEarlier(results, host),
    hasFailures: failures.length > 0,
    listFiles: (folder: string) => host.listFiles(folder, MOST_LISTED, MAIN_FILES),
  };
  write(INDEX, renderIndex(page));
  write(FINISHED, `${renderFinished(ending.name, outcome(unwritten))}\n`);
  return outcome(unwritten);
}

/** The results of earlier steps in the same folder. */
function readEarlier(results: readonly PhaseResult[], host: PhaseHost): readonly PhaseResult[] {
  const own = new Set(results.map(({ folder }) => folder));
  const journals = host.listArtifacts().filter(isJournal);
  const all = journals.flatMap((name) => [...readJournal(host.readFile(name)).results.values()]);
  return all.filter(({ folder }) => !own.has(folder));
}

/** A line for each FAILURE below the folders of phases. */
function listFailures(results: readonly PhaseResult[], host: PhaseHost): readonly string[] {
  return results
    .filter(({ outcome, beganAt }) => outcome === 'failed' || (outcome === 'cancelled' && beganAt !== undefined))
    .flatMap(({ folder, reasons: [first = ''] }) => {
      const own = `${folder}/${FAILURE}`;
      const others = host.findFailures(folder).filter((path) => path !== own);
      return [
        renderFailureLine(own, first),
        ...others.map((path) => renderFailureLine(path, host.readFirstLine(path) ?? '')),
      ];
    });
}
