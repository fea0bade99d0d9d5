import type { InterleaveRequest } from '../src/core/interleave/inputs.js';
import { Measurement } from '../src/core/interleave/measurement.js';
import { orderRuns } from '../src/core/interleave/order.js';
import { describeMachine, describeOrder, INTERLEAVED, renderInterleaved } from '../src/core/interleave/report.js';
import type { FoundSide, InterleavedWork } from '../src/core/interleave/work.js';
import type { PhaseHost } from '../src/core/phases/host.js';
import { interleavePlan, RUN, SIDE } from '../src/core/phases/interleave.js';
import type { PhasePlan } from '../src/core/phases/plan.js';
import type { PhaseWorld } from '../src/core/phases/world.js';
import type { Log } from '../src/core/ports/process.js';
import { clock } from '../src/host/clock.js';
import { readMachine } from '../src/host/measuring-machine.js';
import { resultFiles } from '../src/host/result-copies.js';
import { openSideFiles } from '../src/host/side-files.js';
import type { GivenList } from './phases-list.js';

export { findSides } from '../src/host/find-sides.js';

/** The entry points of a program that are measured. */
const TESTS: readonly unknown[] = ['test_ci', 'test'];

/** @param lists what the program of each side shows, or the input `phases` */
export function joinLists(lists: readonly GivenList[], program: string | undefined): GivenList {
  const [first, second = first] = lists;
  const problems = [...new Set(lists.flatMap((one) => one.problems))];
  if (program === undefined || problems.length > 0) return { phases: first!.phases, problems };
  if (JSON.stringify(first) !== JSON.stringify(second)) {
    const differ = `\`program\` is "${program}", whose entry points differ between the sides of \`interleave\`; allowed: the same ones, or the input \`phases\`.`;
    return { phases: [], problems: [differ] };
  }
  const found = first!.phases as readonly Readonly<Record<string, unknown>>[];
  return { phases: found.map((one) => (TESTS.includes(one['name']) ? { ...one, measure: true } : one)), problems };
}

/** @returns the plan with the runs of both sides. It is not usable if there are problems */
export function interleaveWork(
  plan: PhasePlan,
  request: InterleaveRequest,
  found: readonly FoundSide[],
): { readonly plan: PhasePlan; readonly work: InterleavedWork; readonly problems: readonly string[] } {
  const [base, head] = request.sides;
  const labels = [base.label, head.label] as const;
  const order = orderRuns(labels, request.runs, request.seed);
  const { measured, ...interleaved } = interleavePlan(plan, labels, order);
  return { ...interleaved, work: { ...request, found, order, measured } };
}

/** Prints the order. */
export function announce(work: InterleavedWork, log: Log): void {
  const [order, tooFew] = describeOrder(work, work.order);
  log.info(order!);
  if (tooFew !== undefined) log.warning(tooFew);
}

/**
 * The host of each side: its working directory, and what its phases hand over to each other.
 *
 * @param shared the folder for what phases hand over, absolute
 */
export function openSides(
  { found }: InterleavedWork,
  { shared, open }: { readonly shared: string; readonly open: (place: OpenPlace) => PhaseHost },
): Required<Pick<PhaseWorld, 'hostOf'>> & { readonly hosts: readonly PhaseHost[] } {
  const hosts = new Map(
    found.map(({ label, directory }) => {
      const own = `${shared}/${label}`;
      return [label, open({ directory, shared: own, stepFiles: openSideFiles(own) })];
    }),
  );
  return { hosts: [...hosts.values()], hostOf: (variables) => hosts.get(variables[SIDE]!)! };
}

/** Where phases of a side run. */
export interface OpenPlace {
  /** Absolute, like `shared`. */
  readonly directory: string;
  readonly shared: string;
  /** The variables of the files of GITHUB_ENV and GITHUB_PATH. */
  readonly stepFiles: Readonly<Record<string, string>>;
}

/** The results of a measurement, from the first run to the file `interleaved.json`. */
export class PhasesMeasurement {
  private readonly measurement: Measurement;
  /** Of the current run: how many of its phases have ended. */
  private ended = 0;
  private readonly tail: string;

  /** @param offset the number of the first folder: an earlier step may have measured in the same artifacts */
  constructor(
    private readonly work: InterleavedWork,
    private readonly host: PhaseHost,
    offset: number,
  ) {
    this.tail = offset === 0 ? '' : `-${String(offset).padStart(3, '0')}`;
    const { results: patterns } = work;
    const { artifacts } = host;
    const folder = `results${this.tail}`;
    this.measurement = new Measurement({
      files: resultFiles,
      clock,
      patterns,
      variable: '$ARTIFACT_DIR',
      artifacts,
      folder,
    });
  }

  /** What runs the phases calls it. */
  get measuring(): NonNullable<PhaseWorld['measuring']> {
    return {
      begin: async (variables) => {
        if (this.ended > 0) return;
        const { label, directory } = this.work.found.find((one) => one.label === variables[SIDE])!;
        await this.measurement.begin({ side: label, run: Number(variables[RUN]) }, directory);
      },
      end: async (folder) => {
        await this.measurement.collect(`${this.host.artifacts}/${folder}`);
        this.ended += 1;
        if (this.ended < this.work.measured) return [];
        this.ended = 0;
        return this.measurement.end();
      },
    };
  }

  /** @returns the file `interleaved.json`; `undefined` unless all runs have results */
  async render(log: Log): Promise<{ readonly name: string; readonly text: string } | undefined> {
    const { order, sides, seed } = this.work;
    if (this.measurement.count < order.length) return undefined;
    const [base, head] = sides;
    const machine = await readMachine();
    const measured = this.measurement.describe({ sides: [base.label, head.label], seed, machine });
    log.info(`Measured on ${describeMachine(measured)}.`);
    return { name: `${INTERLEAVED}${this.tail}.json`, text: renderInterleaved(measured) };
  }
}
