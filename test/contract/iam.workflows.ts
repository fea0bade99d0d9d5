import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { actions } from '../../actions/index.js';

/** A job, or the part of one that a README shows, that assumes a role and runs actions of this suite. */
export interface RoleUse {
  /** The file, and the job if it has a name. */
  readonly where: string;
  /** The variable that holds the role's ARN; `undefined` if the job assumes no role. */
  readonly variable: string | undefined;
  /** The actions in their order, such as `start-runner`. */
  readonly actions: readonly string[];
}

interface Step {
  readonly uses?: string;
  readonly with?: { readonly 'role-to-assume'?: string };
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FOLDERS = [
  '.github/workflows',
  'workflows/starter',
  'workflows/starter/all-environments',
  'workflows/starter/other-owner',
  'workflows/example-marqo/after',
  'workflows/example-lumi/after',
  'workflows/example-concert/after',
  'workflows/example-topsail/after',
];
/** The policy of each action that sends requests to AWS. */
export const POLICY_OF: Readonly<Record<string, string>> = Object.fromEntries(
  actions.flatMap((action) => ('policy' in action ? [[action.name, action.policy]] : [])),
);
const PAGES = ['README.md', 'docs', ...Object.keys(POLICY_OF)];
const OURS = new RegExp(`(?:^|/)(${Object.keys(POLICY_OF).join('|')})(?:@|$)`);

/** Finds every job, or part of one in a document, that runs an action that sends requests to AWS. */
export function findRoleUses(): readonly RoleUse[] {
  const workflows = FOLDERS.flatMap((folder) => list(folder, /\.ya?ml$/)).flatMap((path) =>
    usesIn(path, parse(read(path))),
  );
  const pages = PAGES.flatMap((one) => (one.endsWith('.md') ? [one] : list(one, /\.md$/))).flatMap((path) =>
    [...read(path).matchAll(/^```ya?ml\n([^]*?)^```$/gm)].flatMap(([, block = '']) => usesIn(path, parse(block))),
  );
  return [...workflows, ...pages];
}

/** The stack's output that the set-up block of docs/set-up.md, or a page that refers to it, puts into each variable. */
export function readRoleOutputs(): Readonly<Record<string, string>> {
  const rows = read('docs/set-up.md').matchAll(/^\| `(AWS_\w+)` *\| `(\w+)` *\|/gm);
  return Object.fromEntries([...rows].map(([, variable = '', output = '']) => [variable, output]));
}

/** Finds the steps of a workflow, of a job, or of a list of steps alone. */
function usesIn(where: string, node: unknown): RoleUse[] {
  if (typeof node !== 'object' || node === null) return [];
  if (Array.isArray(node)) {
    const use = readSteps(where, node as Step[]);
    return use ? [use] : node.flatMap((one) => usesIn(where, one));
  }
  return Object.entries(node).flatMap(([name, one]) => usesIn(name === 'steps' ? where : `${where} ${name}`, one));
}

function readSteps(where: string, steps: readonly Step[]): RoleUse | undefined {
  const actions = steps.flatMap((step) => OURS.exec(step?.uses ?? '')?.[1] ?? []);
  if (actions.length === 0) return undefined;
  const role = steps.find((step) => /aws-actions\/configure-aws-credentials@/.test(step?.uses ?? ''));
  const variable = /\bvars\.(\w+)/.exec(role?.with?.['role-to-assume'] ?? '')?.[1];
  return { where: where.replace(/ jobs /, ' '), variable, actions };
}

function list(folder: string, pattern: RegExp): string[] {
  return readdirSync(`${ROOT}${folder}`)
    .filter((name) => pattern.test(name))
    .map((name) => `${folder}/${name}`);
}

function read(path: string): string {
  return readFileSync(`${ROOT}${path}`, 'utf8');
}
