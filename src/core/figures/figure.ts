/** A quantity that a run measured, such as the 99th percentile of a request's latency. */
export interface Figure {
  /** Unique within a run. Example: `latency.p99`. */
  readonly name: string;
  /** Example: `ms`. Undefined if the results name none. */
  readonly unit?: string;
  /** Which values are better. Undefined if the results do not say. */
  readonly better?: 'lower' | 'higher';
  /** The part of the measuring program that it is of, if the results say so. Example: `latency_evaluation`. */
  readonly module?: string;
  /** Each sample is of a process of its own. Otherwise samples of one file resemble each other, and count as one run. */
  readonly areRuns?: true;
  /** In the order of measurement. Finite, at least one. */
  readonly samples: readonly number[];
}

/** A result that cannot be judged, such as `NaN`, `null` or a text where a number belongs. */
export interface UnusableFigure {
  readonly name: string;
  /** What was found. Example: `NaN`. */
  readonly given: string;
  /** As in {@link Figure}. */
  readonly module?: string;
}
