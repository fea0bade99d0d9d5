/** What a phase is of which the program has an entry point. */
interface Role {
  /** It cleans up or reports. */
  readonly always?: true;
  /** It runs only if `only` names it: in a run with the others, it has nothing to do. */
  readonly optional?: true;
}

/**
 * The entry points of the seed's programs in their order. The drawing of plots of an earlier run, whose address the comment
 * has, is a test of its own.
 */
const KNOWN: readonly (readonly [string, Role])[] = [
  ['pre_cleanup_ci', {}],
  ['prepare_ci', {}],
  ['test_ci', {}],
  ['generate_plots', { always: true }],
  ['generate_plots_from_pr_args', { always: true, optional: true }],
  ['export_artifacts', { always: true }],
  ['post_cleanup_ci', { always: true }],
];
/** The older name of `post_cleanup_ci`. Newer programs have both. */
const OLD_CLEANUP = 'cleanup_cluster_ci';
/** The functions of programs that declare commands with click, in their order. */
const KNOWN_COMMANDS: readonly (readonly [string, Role])[] = [
  ['pre_cleanup', {}],
  ['prepare', {}],
  ['preflight', {}],
  ['test', {}],
  ['post_cleanup', { always: true }],
];

/**
 * The phases of a program in the seed's layout: its entry points of known names, each called as `PROGRAM NAME`.
 *
 * Python Fire offers the attributes and methods of an object, so `self.post_cleanup_ci = cleanup` is an entry point, and a
 * function counts only in a program without such an object. One that needs arguments is no phase.
 *
 * @param path of the program, relative to the working directory
 * @param text of the program
 * @returns a list as the input `phases` has it; empty if the program has no known entry point
 */
export function listEntryPoints(path: string, text: string): readonly Readonly<Record<string, unknown>>[] {
  const commands = listCommands(text);
  const offered = listOffered(text);
  const cleanup = offered.has('post_cleanup_ci') ? 'post_cleanup_ci' : OLD_CLEANUP;
  const found = [
    ...KNOWN.map(([name, role]) => [name === 'post_cleanup_ci' ? cleanup : name, role] as const).filter(([name]) =>
      offered.has(name),
    ),
    ...KNOWN_COMMANDS.map(([name, role]) => [name.replaceAll('_', '-'), role] as const).filter(([name]) =>
      commands.has(name),
    ),
  ];
  const call = renderCall(path, text);
  // A program of the seed ends with another exit code than 0 if it failed. It goes on after commands that may fail, and
  // each of these leaves a FAILURE in a folder of its own.
  return found.map(([name, role]) => ({ name, run: call(name), ...role, 'accept-failures': true }));
}

/** The names that Python Fire offers, without those that need arguments. */
function listOffered(text: string): ReadonlySet<string> {
  const functions = new Map(
    [...text.matchAll(/^([ \t]*)(?:async\s+)?def\s+(\w+)\s*\(([^)]*)\)/gm)].map(
      ([, indent, name, parameters]) =>
        [name!, { isMethod: indent !== '', needs: needsArguments(parameters!) }] as const,
    ),
  );
  const attributes = [...text.matchAll(/^[ \t]+self\.(\w+)[ \t]*=[ \t]*(?:(\w+)[ \t]*(?:#.*)?$)?/gm)].map(
    ([, name, target = '']) => ({
      name: name!,
      needs: functions.get(target)?.needs ?? false,
    }),
  );
  const methods = [...functions].map(([name, { needs }]) => ({ name, needs }));
  const isObject = attributes.some(({ name }) => name === OLD_CLEANUP || KNOWN.some(([known]) => known === name));
  const offered = isObject ? [...methods.filter(({ name }) => functions.get(name)!.isMethod), ...attributes] : methods;
  return new Set(offered.filter(({ needs }) => !needs).map(({ name }) => name));
}

/** Whether a call without arguments is an error. @param parameters as the text between the brackets */
function needsArguments(parameters: string): boolean {
  return parameters
    .replace(/#.*$/gm, '')
    .replace(/\[[^[\]]*(\[[^[\]]*\][^[\]]*)*\]/g, '')
    .split(',')
    .map((one) => one.trim())
    .some((one) => /^[A-Za-z_]\w*\s*(:[^=]*)?$/.test(one) && one !== 'self');
}

/** The commands that click offers: the names of decorated functions, with dashes. */
function listCommands(text: string): ReadonlySet<string> {
  const decorated = text.matchAll(/^@\w+\.command\(\s*\)\n(?:@.*\n)*(?:async\s+)?def\s+(\w+)\s*\(/gm);
  return new Set([...decorated].map(([, name]) => name!.replaceAll('_', '-')));
}

/** @returns the Bash commands that call an entry point */
function renderCall(path: string, text: string): (name: string) => string {
  const program = `'./${path.replace(/^(\.\/)+/, '').replaceAll("'", "'\\''")}'`;
  // Many machines have a `python3` and no `python`. A checkout on a file system without modes has no executable files.
  const needsPython = /^#!\s*\/usr\/bin\/env\s+python\s*$/m.test(text.split('\n', 1)[0]!);
  const test = `[ -x ${program} ]${needsPython ? ' && command -v python >/dev/null' : ''}`;
  // The programs import modules of the repository. Without the second variable, what they print comes late and out of order.
  const variables = 'export PYTHONPATH="${PYTHONPATH:+$PYTHONPATH:}$PWD" PYTHONUNBUFFERED="${PYTHONUNBUFFERED:-1}"';
  return (name) => `${variables}; if ${test}; then exec ${program} ${name}; else exec python3 ${program} ${name}; fi`;
}
