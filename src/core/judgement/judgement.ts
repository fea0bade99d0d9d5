import type { MeasuringMachine } from '../figures/machine.js';
import type { ChangePoint } from '../judge/change-points.js';
import type { Conclusion } from '../judge/conclusion.js';
import type { Verdict } from '../judge/verdict.js';
import type { Series } from '../history/series.js';

/** What is said of the results of one run, in words and pictures: the summary, the comment, the report. */
export interface Judgement {
  /** What was measured, as the input `name` has it. */
  readonly name: string;
  readonly conclusion: Conclusion;
  /** The worst first. */
  readonly metrics: readonly JudgedMetric[];
  /** What makes the figures doubtful, as the readers found it: sentences. They fail the run. */
  readonly problems: readonly string[];
  /** What else readers of the verdict must know, such as runs of other machine types that were left out: sentences. */
  readonly notes: readonly string[];
  /** What the run was compared with, as a part of a sentence: `38 runs of main`. Absent: with nothing. */
  readonly comparedWith?: string;
  readonly machine: MeasuringMachine;
  readonly commit: string;
  /** Epoch ms. */
  readonly at: number;
  /** The metrics that became worse, if a second run on a fresh machine decides whether that fails. */
  readonly suspected?: readonly string[];
}

/** A metric with everything that its verdict rests on. */
export interface JudgedMetric {
  readonly verdict: Verdict;
  readonly better?: 'lower' | 'higher';
  /** Its runs, oldest first, the judged one last. Absent without a history. */
  readonly series?: Series;
  /** Where {@link series} changed its level, ascending. */
  readonly changes: readonly ChangePoint[];
  /** The values of each run of the measuring process, base and head. Absent unless two sides were measured. */
  readonly sides?: readonly { readonly label: string; readonly samples: readonly number[] }[];
}
