import { nearest } from '../kernel/nearest.js';

/**
 * Chooses environments from the known ones, in their order.
 *
 * @param wanted names separated by commas or spaces, or `all`
 * @returns the chosen names; when there are problems, none
 */
export function chooseEnvironments(
  wanted: string,
  known: readonly string[],
): { readonly chosen: readonly string[]; readonly problems: readonly string[] } {
  const names = wanted.split(/[\s,]+/).filter((name) => name !== '');
  const available = `there are: ${known.join(', ')}, or \`all\` for all of them`;
  if (names.length === 0) return { chosen: [], problems: [`\`environments\` names none; ${available}.`] };
  if (names.includes('all')) {
    if (names.length === 1) return { chosen: known, problems: [] };
    return { chosen: [], problems: ['`environments` has `all` beside other names; allowed: `all` alone, or names.'] };
  }
  const problems = names
    .filter((name) => !known.includes(name))
    .map((name) => {
      const near = nearest(name, known);
      return `\`environments\`: there is no "${name}"${near ? `; did you mean \`${near}\`?` : ''} (${available}).`;
    });
  return { chosen: known.filter((name) => names.includes(name)), problems };
}
