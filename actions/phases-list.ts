import { readProgram } from '../src/host/read-program.js';

/** A list of phases as the input `phases` has it. */
export interface GivenList {
  readonly phases: unknown;
  readonly problems: readonly string[];
}

/** The list of phases, which `phases` has or `program` shows. */
export async function readList(
  { phases, program }: { readonly phases: unknown; readonly program: string | undefined },
  directory: string | undefined,
): Promise<GivenList> {
  const hasPhases = phases !== undefined && phases !== null;
  if (hasPhases === (program !== undefined)) {
    const given = hasPhases ? '`phases` and `program` are both given' : '`phases` or `program` is needed';
    return { phases: [], problems: [`${given}; allowed: one of them.`] };
  }
  if (program === undefined) return { phases, problems: [] };
  const text = directory === undefined ? '' : readProgram(directory, program);
  if (text === undefined)
    return { phases: [], problems: [`\`program\` is "${program}", which is no file in ${directory}.`] };
  // Few runs have a program, and only they load what reads it.
  const { listEntryPoints, listMissedEntryPoints } = await import('../src/core/phases/entry-points.js');
  const missed = listMissedEntryPoints(text).map(
    (what) =>
      `\`program\` is "${program}", and ${what}; allowed: entry points that can be called without arguments, or the input \`phases\`.`,
  );
  if (missed.length > 0) return { phases: [], problems: missed };
  const found = listEntryPoints(program, text);
  if (found.length > 0 || directory === undefined) return { phases: found, problems: [] };
  const none = `\`program\` is "${program}", which defines no entry point; allowed: a program with functions such as \`prepare_ci\` and \`test_ci\`.`;
  return { phases: [], problems: [none] };
}
