import { passRole, startStop } from '../../iam/start-stop.js';
import type { Policy } from '../../iam/policy.js';
import type { ForeignInput } from '../../src/core/inputs/foreign-input.js';
import { foreignInputs } from '../../src/core/inputs/foreign-inputs.js';
import { fill } from './fill.js';
import { renderTable } from './tables.js';

/** The actions in the policies of the README of machulav/ec2-github-runner v2.6.1, section "How to start". */
export const PERMITTED_THERE: readonly string[] = [
  'ec2:RunInstances',
  'ec2:TerminateInstances',
  'ec2:DescribeInstances',
  'ec2:DescribeInstanceStatus',
  'ec2:GetConsoleOutput',
  'ec2:ReplaceIamInstanceProfileAssociation',
  'ec2:AssociateIamInstanceProfile',
  'iam:PassRole',
  'ec2:CreateTags',
];

/** The actions of start-runner and stop-runner that those policies do not allow, with their purpose. */
export function listNewPermissions(
  policies: readonly Policy[] = [startStop, passRole],
): Readonly<Record<string, string>> {
  const grants = policies.flatMap((policy) => policy.grants.flatMap(({ actions }) => Object.entries(actions)));
  const added = grants.filter(([action]) => !PERMITTED_THERE.includes(action));
  const purposes = new Map<string, string[]>();
  for (const [action, purpose] of added) purposes.set(action, [...(purposes.get(action) ?? []), purpose]);
  return Object.fromEntries([...purposes].map(([action, all]) => [action, [...new Set(all)].join('; ')]));
}

/** Puts the tables into docs/migrating.md. */
export function fillMigration(page: string): string {
  const { machulav, namecheap, forks } = foreignInputs;
  const blocks = {
    'inputs of machulav/ec2-github-runner': tabulate(machulav),
    'inputs of namecheap/ec2-github-runner': tabulate(namecheap),
    'inputs of forks': tabulate(forks),
    'new permissions': renderTable(
      ['New action', 'Purpose'],
      Object.entries(listNewPermissions()).map(([action, purpose]) => [`\`${action}\``, purpose]),
    ),
  };
  return Object.entries(blocks).reduce((text, [name, block]) => fill(text, name, block), page);
}

/** Inputs with the same fate share a row. */
function tabulate(inputs: Readonly<Record<string, ForeignInput>>): string {
  const rows = new Map<string, string[]>();
  for (const [name, { here }] of Object.entries(inputs)) rows.set(here, [...(rows.get(here) ?? []), `\`${name}\``]);
  return renderTable(
    ['Input', 'Here'],
    [...rows].map(([here, names]) => [names.join(', '), here]),
  );
}
