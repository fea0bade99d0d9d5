import type { BootPhase } from '../kernel/boot-phases.js';
import type { Log } from '../ports/process.js';

/** Why runners of one instance took no job, as a stop finds out long after the start has ended. */
export interface Explanation {
  /** Their names. */
  readonly runners: readonly string[];
  readonly instanceId?: string;
  /** What became of them, in one sentence. */
  readonly what: string;
  /** Where this is known from. Completes "Known from …". */
  readonly evidence: string;
  /** What to do next. */
  readonly hint: string;
  /** Whether someone should act. */
  readonly isTrouble: boolean;
  /** The last lines of the instance's console, if it was read. */
  readonly lines: readonly string[];
  /** The phases that its console shows, if it was read. */
  readonly phases?: readonly BootPhase[];
  /** If EC2 took the spot instance away. */
  readonly interruption?: Interruption;
}

/** A spot instance that EC2 took away, or announced to take away. Times in epoch ms; absent: the console shows none. */
export interface Interruption {
  readonly instanceId: string;
  /** The tag `ci-actions:label`. */
  readonly label: string;
  readonly runners: readonly string[];
  /**
   * What became of the jobs on it. `lost`: at least one was cut off. `none`: it had no job. `unknown`: neither the console
   * nor GitHub shows it.
   */
  readonly job: 'lost' | 'none' | 'finished' | 'unknown';
  /** The names of the jobs that were cut off, where the console shows them. */
  readonly lostJobs: readonly string[];
  /** When the boot agent saw EC2's notice. */
  readonly noticedAt?: number;
  /** When EC2 ends the instance, as the notice says. */
  readonly endsAt?: number;
}

/** The most sentences in one warning: instances of one request mostly fail alike. */
const SHOWN = 3;

/** Logs the details, folded, and then one warning for each thing to do. */
export async function reportExplanations(explanations: readonly Explanation[], log: Log): Promise<void> {
  if (explanations.length === 0) return;
  const trouble = explanations.filter(({ isTrouble }) => isTrouble);
  // The warning says what became of one instance, and always what to do. The log need not say it again.
  const isSaid = trouble.length === 1 && explanations.length === 1;
  await log.group(
    explanations.some(({ interruption }) => interruption) ? 'Why runners ended' : 'Why runners took no job',
    async () => {
      for (const { what, evidence, hint, isTrouble, lines } of explanations) {
        if (!isSaid) log.info(what);
        log.info(`Known from ${evidence}.`);
        if (!isTrouble) log.info(`What to do: ${hint}`);
        for (const line of lines) log.info(line);
      }
    },
  );
  for (const hint of new Set(trouble.map((one) => one.hint))) {
    const alike = trouble.filter((one) => one.hint === hint).map(({ what }) => what);
    const more = alike.length > SHOWN ? [`… and ${alike.length - SHOWN} more, see the log.`] : [];
    log.warning([...alike.slice(0, SHOWN), ...more, `What to do: ${hint}`].join('\n'));
  }
}
