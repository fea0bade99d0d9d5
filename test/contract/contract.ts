import { describe, expect, test } from '@jest/globals';

/** How far a time may be from now: wide enough for any machine, too narrow for a wrong unit or time zone. */
export const HALF_AN_HOUR_MS = 1_800_000;

/** A case in which an implementation differs from AWS's documentation. It is shown instead of skipped. */
export interface Difference {
  readonly documented: string;
  readonly instead: string;
  /** The case's error because of the difference. When the case passes, the row must be removed. */
  readonly fails: RegExp;
}

/** One behavior of a port, in its own world. */
export interface Case<World, Options> {
  readonly world?: Options;
  readonly run: (world: World) => Promise<void>;
}

/** A case takes milliseconds, but moto loads each service at its first request, which is slow on a busy machine. */
const CASE_MS = 60_000;

/** Makes a test of each case for one implementation of a port. */
export function describeContract<World extends { close(): void | Promise<void> }, Options extends object>(
  title: string,
  suite: {
    readonly cases: Readonly<Record<string, Case<World, Options>>>;
    readonly createWorld: (options: Partial<Options>) => World | Promise<World>;
    readonly differences?: Readonly<Partial<Record<string, Difference>>>;
    /** The longest time of a case. */
    readonly caseMs?: number;
  },
): void {
  const { cases, createWorld, differences = {}, caseMs = CASE_MS } = suite;
  describe(title, () => {
    for (const [caseName, { world: options = {}, run }] of Object.entries(cases)) {
      const difference = differences[caseName];
      test(
        difference ? `${caseName} (differs: ${difference.instead})` : caseName,
        async () => {
          const world = await createWorld(options);
          try {
            if (difference) await expect(run(world)).rejects.toThrow(difference.fails);
            else await run(world);
          } finally {
            await world.close();
          }
        },
        caseMs,
      );
    }
  });
}
