/** Something that keeps the set-up from working, and what to do about it. */
export interface Problem {
  readonly what: string;
  /** A sentence or a command. */
  readonly remedy: string;
}

/** Everything that was found wrong before anything was changed, or the step that failed. */
export class SetupError extends Error {
  constructor(
    readonly problems: readonly Problem[],
    /** What was done until now, and how to go on. */
    readonly closing: string,
  ) {
    super(problems.map(({ what }) => what).join('; '));
  }
}

/** Collects what the checks find. */
export class Findings {
  readonly problems: Problem[] = [];
  /** What is no obstacle, but should be known. */
  readonly remarks: Problem[] = [];

  problem(what: string, remedy: string): void {
    this.problems.push({ what, remedy });
  }

  remark(what: string, remedy: string): void {
    this.remarks.push({ what, remedy });
  }
}

export function describeProblem({ what, remedy }: Problem): string {
  return `- ${what}\n  ${remedy}`;
}
