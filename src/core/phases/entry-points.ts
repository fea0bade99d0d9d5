/** The seed's entry points in their order. Those that clean up or report run always. */
const KNOWN = [
  ['pre_cleanup_ci', false],
  ['prepare_ci', false],
  ['test_ci', false],
  ['generate_plots', true],
  ['generate_plots_from_pr_args', true],
  ['export_artifacts', true],
  ['post_cleanup_ci', true],
] as const;

/**
 * The phases of a program in the seed's layout: its functions of known names, each called as `PROGRAM NAME`.
 *
 * @param path of the program, relative to the working directory
 * @param text of the program
 * @returns a list as the input `phases` has it; empty if the program has no known entry point
 */
export function listEntryPoints(path: string, text: string): readonly Readonly<Record<string, unknown>>[] {
  const found = new Set([...text.matchAll(/^\s*(?:async\s+)?def\s+(\w+)\s*\(/gm)].map(([, name]) => name));
  const program = `'./${path.replace(/^(\.\/)+/, '').replaceAll("'", "'\\''")}'`;
  // A checkout on a file system without modes has no executable files.
  const command = `if [ -x ${program} ]; then exec ${program}`;
  return KNOWN.filter(([name]) => found.has(name)).map(([name, always]) => ({
    name,
    run: `${command} ${name}; else exec python3 ${program} ${name}; fi`,
    ...(always && { always }),
  }));
}
