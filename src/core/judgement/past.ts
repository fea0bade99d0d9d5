import type { Reading } from '../figures/reading.js';
import type { MeasuringMachine } from '../figures/machine.js';
import { nameOf, toPast, type PastRun } from '../history/entry.js';
import { readHistory, type History } from '../history/read-history.js';
import { judgeAgainst } from '../judge/against.js';
import { newestRelease } from '../history/newest-release.js';
import { toComparison, toHistoryRun } from './compare-history.js';
import { FEWEST_BEFORE, MOST_RUNS } from '../judge/change-points.js';
import { plural } from '../kernel/plural.js';
import type { Past } from './judge.js';

/** Where the run belongs. */
export interface Place {
  /** The branch or tag of the run. */
  readonly name: string;
  readonly isTag: boolean;
  /** The base branch of its pull request. */
  readonly base?: string;
  readonly defaultBranch?: string;
}

/** The run that is judged. */
export interface OwnRun {
  readonly name: string;
  /**
   * The id of the workflow run. What its other attempts and jobs recorded is no earlier run: a run that is repeated has the
   * same verdict.
   */
  readonly exceptRun: string;
}

/**
 * The runs that a run is compared with: those of its pull request's base branch; otherwise those of its own branch, or of
 * the default branch if there are too few yet.
 *
 * @param bytes of the history; undefined: there is none yet
 */
export function choosePast(bytes: Uint8Array | undefined, own: OwnRun, place: Place): Past {
  const branches =
    place.base !== undefined ? [place.base] : [...(place.isTag ? [] : [place.name]), place.defaultBranch];
  const wanted = [...new Set(branches.filter((branch) => branch !== undefined))];
  const histories = wanted.map((branch) => ({ branch, ...readRuns(bytes, { ...own, branch }) }));
  const chosen =
    histories.find(({ runs }) => runs.length >= FEWEST_BEFORE) ??
    histories.find(({ runs }) => runs.length > 0) ??
    histories[0];
  if (!chosen) return { runs: [], described: 'no run', notes: [] };
  return {
    runs: chosen.runs,
    last: chosen.runs.at(-1),
    described: describeRuns(chosen.runs, chosen.branch),
    notes: [...describeLosses(chosen), ...describeOthers(chosen.runs, bytes, own)],
  };
}

function describeRuns(runs: readonly PastRun[], branch: string): string {
  const last = runs.at(-1)?.commit.slice(0, SHOWN_COMMIT);
  return `${plural(runs.length, 'run')} of ${branch}${last ? `, the last one at ${last}` : ''}`;
}

const SHOWN_COMMIT = 12;

/** Runs of other names or branches, where there are none to compare with: sentences. */
function describeOthers(runs: readonly PastRun[], bytes: Uint8Array | undefined, { name }: OwnRun): readonly string[] {
  if (runs.length > 0 || bytes === undefined) return [];
  const others = readHistory(bytes, { runs: MOST_RUNS }).runs;
  if (others.length === 0) return [];
  const found = [...new Set(others.map((run) => `${nameOf(run)} on ${run.branch}`))].slice(0, 3).join(', ');
  return [`The history has no run of ${name} to compare with, but ${plural(others.length, 'other run')}: ${found}.`];
}

/**
 * The runs of the newest version tag, in the history of the base branch and the tags.
 *
 * @param bytes of the history; undefined: there is none yet
 */
export function chooseRelease(bytes: Uint8Array | undefined, own: OwnRun, place: Place): Past {
  const base = place.base ?? (place.isTag ? place.defaultBranch : place.name);
  const history = readRuns(bytes, own);
  const runs = history.runs.filter(({ branch, tag }) => tag !== undefined || branch === base);
  const release = newestRelease(runs, place.isTag ? place.name : undefined);
  const ids = new Set(release?.runs.map(({ id }) => id));
  return {
    runs,
    last: release?.runs.at(-1),
    described: release ? `${plural(release.runs.length, 'run')} of the release ${release.tag}` : 'no release',
    compare: ({ points }, limits) =>
      toComparison(
        judgeAgainst(points.map(toHistoryRun), {
          ...limits,
          newest: 1,
          baseline: [...points.keys()].filter((index) => ids.has(points[index]!.id)),
        }),
      ),
    notes: [...describeLosses(history), ...(release ? [] : [NO_RELEASE])],
  };
}

const NO_RELEASE =
  'The history has no run of a version tag such as v1.2.3. Runs of tags are added to it by a workflow that runs on tags.';

function readRuns(bytes: Uint8Array | undefined, wanted: OwnRun & { readonly branch?: string }): History {
  return readHistory(bytes ?? new Uint8Array(), { runs: MOST_RUNS, ...wanted });
}

/** What of a history was not read: sentences. */
export function describeLosses({ damaged, newer, isCutOff }: Omit<History, 'runs'>): readonly string[] {
  return [
    ...(damaged > 0 ? [`Left out of the history, because they are damaged: ${plural(damaged, 'line')}.`] : []),
    ...(newer > 0 ? [`Left out of the history, because a later version wrote them: ${plural(newer, 'line')}.`] : []),
    ...(isCutOff ? ['The last line of the history was cut off, and was left out.'] : []),
  ];
}

/** The line of a run in the history. */
export function toPastRun(
  { figures }: Reading,
  about: {
    readonly id: string;
    readonly at: number;
    readonly commit: string;
    readonly name: string;
    readonly place: Place;
    readonly machine: MeasuringMachine;
  },
): PastRun {
  const { place, ...rest } = about;
  return { ...rest, branch: place.name, ...(place.isTag && { tag: place.name }), figures: toPast(figures) };
}
