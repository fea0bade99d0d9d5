import { readFileSync } from 'node:fs';
import { nameInStarters } from './facts/copy.js';
import { STARTERS } from './options.js';
import type { Findings } from './problems.js';

export interface Starter {
  readonly name: string;
  /** Where it goes in the user's repository. */
  readonly path: string;
  readonly text: string;
}

export interface Filling {
  /** `owner/name` of the copy of ci-actions. */
  readonly copy: string;
  readonly region: string;
  readonly subnet: string | undefined;
  /** Whether runners are registered by a GitHub App instead of the secret RUNNER_TOKEN. */
  readonly app: boolean;
}

export const APP_ID = 'RUNNER_APP_ID';
export const APP_KEY = 'RUNNER_APP_PRIVATE_KEY';
export const TOKEN = 'RUNNER_TOKEN';
const PRESETS = 'ec2-runners';

/** A starter with everything filled in. */
export function readStarter(name: string, filling: Filling): Starter {
  const folder = name === PRESETS ? '.github' : '.github/workflows';
  const text = readFileSync(`${STARTERS}${name}.yml`, 'utf8');
  return { name, path: `${folder}/${name}.yml`, text: fill(text, filling) };
}

/** Replaces the placeholders of a starter line by line, so that its comments and its form stay. */
export function fill(text: string, filling: Filling): string {
  const lines = text.split('\n');
  return lines
    .flatMap((line, index) => (filling.app ? useApp(line, restOfBlock(lines, index)) : [line]))
    .flatMap((line) => fillLine(line, filling))
    .join('\n');
}

/** The lines of the same YAML mapping that follow a line. */
function restOfBlock(lines: readonly string[], index: number): readonly string[] {
  const [indent = ''] = /^\s*/.exec(lines[index] ?? '') ?? [];
  const rest = lines.slice(index + 1);
  const end = rest.findIndex((line) => !line.startsWith(indent));
  return end < 0 ? rest : rest.slice(0, end);
}

/** The App in place of the token. A starter that names both ways keeps its own lines for the App. */
function useApp(line: string, rest: readonly string[]): readonly string[] {
  const [indent = ''] = /^\s*/.exec(line) ?? [];
  const ways: Readonly<Record<string, readonly string[]>> = {
    [`github-token: \${{ secrets.${TOKEN} }}`]: [
      `app-id: \${{ vars.${APP_ID} }}`,
      `app-private-key: \${{ secrets.${APP_KEY} }}`,
    ],
    [`${TOKEN}: \${{ secrets.${TOKEN} }}`]: [`${APP_KEY}: \${{ secrets.${APP_KEY} }}`],
  };
  const way = ways[line.trim()]?.map((one) => `${indent}${one}`);
  if (!way) return [line];
  const [key = ''] = way[0]?.split(' $') ?? [];
  return rest.some((one) => one.startsWith(key)) ? [] : way;
}

function fillLine(line: string, { copy, region, subnet }: Filling): readonly string[] {
  const [indent = ''] = /^\s*/.exec(line) ?? [];
  const filled = line
    .replaceAll(`${nameInStarters()}/`, `${copy}/`)
    .replace(/^(\s*aws-region: )us-east-1$/, `$1${region}`)
    .replaceAll("|| 'us-east-1'", `|| '${region}'`);
  return subnet && /^\s*security-group-id: \$\{\{/.test(line) ? [filled, `${indent}subnet-id: ${subnet}`] : [filled];
}

/** What would keep the jobs of a starter from running, as far as the starter itself shows. */
export function checkStarter(
  { name, path, text }: Starter,
  { copy, subnet, owner }: Filling & { readonly owner: string },
  findings: Findings,
): void {
  const isForeign = copy.split('/')[0]?.toLowerCase() !== owner.toLowerCase();
  if (isForeign && text.includes(`uses: ${copy}/.github/workflows/`))
    findings.problem(
      `The starter ${name} calls a workflow of ${copy}, and GitHub lets no other owner's workflow use runners of ${owner}.`,
      'Choose `--starter command`, or copy the workflows, too: docs/workflows.md.',
    );
  const launches = /\/(start-runner|fill-pool)@|\/\.github\/workflows\//.test(text);
  if (subnet && launches && !text.includes(`subnet-id: ${subnet}`))
    findings.remark(`${path} does not name the subnet.`, `Give \`subnet-id: ${subnet}\` in it.`);
}
