import { listCommands, nameCommand } from './click-commands.js';
import { type PythonLine, splitArguments, splitLines } from './python-lines.js';

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

/** Entry points that a program calls itself if they need arguments. */
const NO_PHASES: readonly string[] = ['generate_plots', 'generate_plots_from_pr_args', 'export_artifacts'];

/** An alias in a module or a class, and a key of `fire.Fire({"test_ci": test})`. */
const ASSIGNED = /^(\w+_ci)\s*=(?!=)|(?<=\bFire\s*\(.*)["'](\w+_ci)["']\s*:/g;

/** What a program has by the name of an entry point. */
interface Candidate {
  /** As the program is called with it. */
  readonly name: string;
  /** The arguments without which a call is an error. */
  readonly needs: readonly string[];
  /** Why it cannot be called at all. */
  readonly hidden?: string;
}

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
  const call = renderCall(path, text);
  // A program of the seed ends with another exit code than 0 if it failed. It goes on after commands that may fail, and
  // each of these leaves a FAILURE in a folder of its own.
  return findEntryPoints(listCandidates(text)).map(([name, role]) => ({
    name,
    run: call(name),
    ...role,
    'accept-failures': true,
  }));
}

/**
 * The entry points that a program seems to have and that cannot be phases. Without its cleanup, a run would be green.
 *
 * @param text of the program
 * @returns a sentence for each, such as: its `post_cleanup_ci` needs the argument `mode`
 */
export function listMissedEntryPoints(text: string): readonly string[] {
  const candidates = listCandidates(text);
  const found = new Set(findEntryPoints(candidates).map(([name]) => keyOf(name)));
  const isCleaned = found.has('post-cleanup') || found.has(dashed(OLD_CLEANUP));
  const missed = candidates.filter(
    ({ name }) =>
      isKnown(name) && !found.has(keyOf(name)) && !(isCleaned && [OLD_CLEANUP, 'post_cleanup'].includes(name)),
  );
  return [...new Map(missed.map((one) => [keyOf(one.name), one])).values()].map(describeMissed);
}

function describeMissed({ name, needs, hidden }: Candidate): string {
  if (hidden !== undefined) return `its \`${name}\` ${hidden}`;
  const names = needs.map((one) => `\`${one}\``).join(', ');
  return `its \`${name}\` needs ${needs.length === 1 ? 'the argument' : 'the arguments'} ${names}, and a phase gives none`;
}

/** @returns the names to call, in the order of the phases */
function findEntryPoints(candidates: readonly Candidate[]): readonly (readonly [string, Role])[] {
  const usable = candidates.filter(({ needs, hidden }) => needs.length === 0 && hidden === undefined);
  const find = (known: string): string | undefined => usable.find(({ name }) => dashed(name) === dashed(known))?.name;
  return [...KNOWN, ...KNOWN_COMMANDS].flatMap(([known, role]) => {
    const name = find(known) ?? (known === 'post_cleanup_ci' ? find(OLD_CLEANUP) : undefined);
    return name === undefined ? [] : [[name, role] as const];
  });
}

function listCandidates(text: string): readonly Candidate[] {
  const lines = splitLines(text);
  const commands = listCommands(lines);
  const functions = listFunctions(lines);
  const offered = listOffered(lines, functions).filter(({ name }) => commands.every(({ of }) => of !== name));
  const assigned = lines.flatMap(({ text: line }) =>
    [...line.matchAll(ASSIGNED)].map(([, alias, key]) => alias ?? key!),
  );
  return [
    ...assigned.map((name) => ({ name, needs: [], hidden: 'is assigned in a form that cannot be read' })),
    // Words such as `test` are names of entry points only for click.
    ...offered.filter(({ name }) => KNOWN.some(([known]) => known === name) || name === OLD_CLEANUP),
    ...commands.map(({ of, name, needs }) => ({
      name: name ?? nameCommand(of),
      needs,
      ...(name === undefined && { hidden: 'has a name as a command that cannot be read' }),
    })),
    ...functions
      .filter((one) => commands.every(({ of }) => of !== one.name) && seemsCommand(one, commands.length > 0))
      .map(({ name }) => ({ name, needs: [], hidden: 'is no command that can be read' })),
  ];
}

/** A function `test` without a decorator may be anything. */
function seemsCommand({ name, isDecorated }: PythonFunction, hasCommands: boolean): boolean {
  if (/^(pre|post)_cleanup$/.test(name)) return true;
  return hasCommands && isDecorated && KNOWN_COMMANDS.some(([known]) => known === name);
}

interface PythonFunction extends Candidate {
  readonly isMethod: boolean;
  readonly isDecorated: boolean;
}

function listFunctions(lines: readonly PythonLine[]): readonly PythonFunction[] {
  return lines.flatMap(({ text, isIndented: isMethod }, at) => {
    const [all, name] = /^(?:async\s+)?def\s+(\w+)\s*\(/.exec(text) ?? [];
    if (all === undefined) return [];
    const isDecorated = lines[at - 1]?.text.startsWith('@') ?? false;
    return [{ name: name!, isMethod, isDecorated, needs: listNeeded(splitArguments(text, all.length)) }];
  });
}

/** What Python Fire offers, and the functions that its object hides. */
function listOffered(lines: readonly PythonLine[], functions: readonly PythonFunction[]): readonly Candidate[] {
  const attributes = lines.flatMap(({ text, isIndented }) => {
    const [, name, target] = (isIndented && /^self\.(\w+)\s*=(?:\s*(\w+)$)?/.exec(text)) || [];
    return name === undefined ? [] : [{ name, needs: functions.findLast((one) => one.name === target)?.needs ?? [] }];
  });
  const isObject = attributes.some(({ name }) => name === OLD_CLEANUP || KNOWN.some(([known]) => known === name));
  if (!isObject) return functions;
  const hidden = 'is a function that the object of the program does not offer';
  return [...functions.map((one) => (one.isMethod ? one : { ...one, hidden })), ...attributes];
}

/** The parameters without a default. */
function listNeeded(parameters: readonly string[]): readonly string[] {
  return parameters
    .map((one) => /^([A-Za-z_]\w*)\s*(:[^=]*)?$/.exec(one)?.[1])
    .filter((name) => name !== undefined)
    .filter((name) => name !== 'self' && name !== 'cls');
}

function dashed(name: string): string {
  return name.replaceAll('_', '-');
}

/** The same for the names that an entry point has with Python Fire and with click. */
function keyOf(name: string): string {
  return dashed(name).replace(/(?<!cluster)-ci$/, '');
}

function isKnown(name: string): boolean {
  const known = [...KNOWN, ...KNOWN_COMMANDS].map(([one]) => one).filter((one) => !NO_PHASES.includes(one));
  return [...known, OLD_CLEANUP].some((one) => dashed(one) === dashed(name));
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
