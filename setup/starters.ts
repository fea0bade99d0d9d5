import { readFileSync } from 'node:fs';
import { PLACEHOLDER } from './facts/copy.js';
import { STARTERS } from './options.js';

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
  return text
    .split('\n')
    .flatMap((line) => fillLine(line, filling))
    .join('\n');
}

function fillLine(line: string, { copy, region, subnet, app }: Filling): readonly string[] {
  const [indent = ''] = /^\s*/.exec(line) ?? [];
  const filled = line
    .replaceAll(`${PLACEHOLDER}/`, `${copy}/`)
    .replace(/^(\s*aws-region: )us-east-1$/, `$1${region}`)
    .replace(/\|\| 'us-east-1'/g, `|| '${region}'`);
  if (subnet && /^\s*security-group-id: \$\{\{/.test(line)) return [filled, `${indent}subnet-id: ${subnet}`];
  if (!app) return [filled];
  if (line.trim() === `github-token: \${{ secrets.${TOKEN} }}`)
    return [`${indent}app-id: \${{ vars.${APP_ID} }}`, `${indent}app-private-key: \${{ secrets.${APP_KEY} }}`];
  if (line.trim() === `${TOKEN}: \${{ secrets.${TOKEN} }}`) return [`${indent}${APP_KEY}: \${{ secrets.${APP_KEY} }}`];
  return [filled];
}
