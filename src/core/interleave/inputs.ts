import { filePatterns } from '../inputs/file-patterns.js';
import { integer, text, withDefault } from '../inputs/input-kinds.js';
import { BadValue, type InputDefinition, type ValuesOf } from '../inputs/inputs.js';
import { sides, type Sides } from './sides.js';

/** The fewest runs of a side that can show a difference: with 4 and 4, the smallest p-value is .029. */
export const FEWEST_RUNS = 5;

/**
 * The inputs of an action that measures two checkouts in turn.
 *
 * @param about.folder the variable with the folder for artifacts of a run, such as `$ARTIFACTS`
 * @param about.results the end of the description of `results`
 */
export function interleaveInputs(about: { readonly folder: string; readonly results: string }) {
  return {
    interleave: sides(
      'Base against head: two folders of the workspace, each with a checkout, such as `base,head`. Both are measured on this machine, in turn. See "Base against head".',
    ),
    runs: withDefault(
      String(FEWEST_RUNS),
      integer('With `interleave`: how often each side is run. Fewer than 5 runs decide nothing.', { min: 2, max: 100 }),
    ),
    seed: text('With `interleave`: what decides the order of the runs. Default: the id of the workflow run.', {
      matches: /^\S.{0,99}$/,
      allowed: 'one line of up to 100 characters',
    }),
    results: resultPatterns(
      `With \`interleave\`: the files with results that each run writes. ${about.results}`,
      about,
    ),
  };
}

/** Patterns of files of which `FOLDER/` may be the beginning, and no other variable. */
function resultPatterns(
  description: string,
  { folder }: { readonly folder: string },
): InputDefinition<readonly string[] | undefined> {
  const patterns = filePatterns('');
  return {
    takes: patterns.takes,
    description,
    parse(given) {
      const texts = patterns.parse(given)?.texts ?? [];
      const bad = texts.find((one) => /^!?\$/.test(one) && !one.replace(/^!/, '').startsWith(`${folder}/`));
      if (bad !== undefined)
        throw new BadValue(`file patterns with no variable but \`${folder}/\` at the beginning`, bad);
      return texts;
    },
  };
}

/** The description of the output with the file of a measurement. */
export const interleavedOutput =
  'With `interleave`: the path of `interleaved.json`, for the input `results` of judge-results. Empty unless all runs of both sides passed.';

/** What is measured in turn, and how. */
export interface InterleaveRequest {
  readonly sides: Sides;
  /** Of each side. */
  readonly runs: number;
  readonly seed: string;
  /** Patterns of the files that each run writes. */
  readonly results: readonly string[];
}

type Values = ValuesOf<ReturnType<typeof interleaveInputs>>;

/**
 * Reads the inputs together.
 *
 * @param about.results patterns that hold if `results` is empty
 * @param about.runId of the workflow run: a re-run has the same order
 */
export function readInterleave(
  { interleave, runs, seed, results }: Values,
  about: { readonly results?: readonly string[]; readonly runId: string },
): { readonly request?: InterleaveRequest; readonly problems: readonly string[] } {
  // The others may be given nevertheless: a workflow measures two sides for a pull request, and one after a push.
  if (interleave === undefined) return { problems: [] };
  const patterns = results ?? about.results ?? [];
  const request = { sides: interleave, runs, seed: seed ?? about.runId, results: patterns };
  const missing =
    '`interleave` is given without `results`; allowed: both. Without results there is nothing to compare.';
  return { request, problems: patterns.length === 0 ? [missing] : [] };
}
