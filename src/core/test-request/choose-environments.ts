import { nearest } from '../kernel/nearest.js';

/**
 * The environments that a list asks for, in the order of the known ones.
 *
 * @param wanted names separated by commas or spaces, or `all`
 * @returns problems in the words of bad input
 */
export function chooseEnvironments(
  wanted: string,
  known: readonly string[],
): { readonly chosen: readonly string[]; readonly problems: readonly string[] } {
  const names = wanted.split(/[\s,]+/).filter((name) => name !== '');
  const there = `there are: ${known.join(', ')}, or \`all\` for all of them`;
  if (names.length === 0) return { chosen: [], problems: [`\`environments\` names none; ${there}.`] };
  if (names.includes('all')) {
    if (names.length === 1) return { chosen: known, problems: [] };
    return { chosen: [], problems: ['`environments` has `all` beside other names; allowed: `all` alone, or names.'] };
  }
  const problems = names
    .filter((name) => !known.includes(name))
    .map((name) => {
      const near = nearest(name, known);
      return `\`environments\`: there is no "${name}"${near ? `; did you mean \`${near}\`?` : ''} (${there}).`;
    });
  return { chosen: known.filter((name) => names.includes(name)), problems };
}
