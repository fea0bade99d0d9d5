import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Facts } from '../facts/facts.js';
import { BUILD_POLICY, BUILD_ROLE, MACHINE_ROLE, SESSION_MANAGER } from '../facts/images.js';
import type { Command } from '../command.js';
import { aws, gh } from './aws.js';
import type { Step } from './step.js';

/** A build lasts as long as Packer waits for an image, and an hour more. Source: ami/README.md. */
const BUILD_SECONDS = '18000';
const EC2_TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});

/** The roles that build machine images, for the weekly workflow of the copy of ci-actions. */
export function planImages(facts: Facts): readonly Step[] {
  const { images, copy, account } = facts;
  if (!images) return [];
  const set = (name: string, value: string): Step => ({
    title: `Set the variable ${name} of ${copy.name}`,
    isDone: images.variables.get(name) === value,
    commands: [gh('variable', 'set', name, '--repo', copy.name, '--body', value)],
  });
  return [
    ...planMachineRole(facts, images),
    ...planBuildRole(facts, images),
    set('AWS_REGION', account.region),
    set('AWS_AMI_ROLE', `arn:${account.partition}:iam::${account.account}:role/${BUILD_ROLE}`),
  ];
}

type Images = NonNullable<Facts['images']>;

const role = (name: string): readonly string[] => ['--role-name', name];

/** Makes the steps of a region from their commands. */
function stepsIn({ account }: Facts): (title: string, isDone: boolean, command: Command) => Step {
  const where = ['--region', account.region];
  return (title, isDone, { program, args }) => ({
    title,
    isDone,
    commands: [{ program, args: [...args, ...where] }],
  });
}

function planMachineRole(facts: Facts, images: Images): readonly Step[] {
  const step = stepsIn(facts);
  const profile = ['--instance-profile-name', MACHINE_ROLE];
  return [
    step(
      `Create the role ${MACHINE_ROLE} for the machine of a build`,
      images.machineRole,
      aws('iam', 'create-role', ...role(MACHINE_ROLE), '--assume-role-policy-document', EC2_TRUST),
    ),
    step(
      'Let Session Manager reach that machine',
      images.machinePolicy,
      aws(
        ['iam', 'attach-role-policy', ...role(MACHINE_ROLE)],
        ['--policy-arn', `arn:${facts.account.partition}:iam::aws:policy/${SESSION_MANAGER}`],
      ),
    ),
    step(`Create its instance profile`, images.profile, aws('iam', 'create-instance-profile', ...profile)),
    step(
      'Put the role into the instance profile',
      images.profileHasRole,
      aws('iam', 'add-role-to-instance-profile', ...profile, ...role(MACHINE_ROLE)),
    ),
  ];
}

function planBuildRole(facts: Facts, images: Images): readonly Step[] {
  const step = stepsIn(facts);
  return [
    step(
      `Create the role ${BUILD_ROLE} for the workflow that builds images`,
      images.role,
      aws(
        ['iam', 'create-role', ...role(BUILD_ROLE), '--max-session-duration', BUILD_SECONDS],
        ['--assume-role-policy-document', fillPolicy('trust', facts)],
      ),
    ),
    step(
      'Allow it what a build requests',
      images.policy,
      aws(
        ['iam', 'put-role-policy', ...role(BUILD_ROLE), '--policy-name', BUILD_POLICY],
        ['--policy-document', fillPolicy('ami-build', facts)],
      ),
    ),
  ];
}

/** A policy of iam/ for the copy's main branch. */
function fillPolicy(name: string, { copy, account }: Facts): string {
  const [owner, repository] = copy.name.split('/') as [string, string];
  const values: Readonly<Record<string, string>> = {
    ACCOUNT: account.account,
    OWNER: owner,
    REPOSITORY: repository,
    OWNER_ID: `${copy.ownerId}`,
    REPOSITORY_ID: `${copy.id}`,
    SUBJECT: 'ref:refs/heads/main',
    REGIONS: account.region,
    INSTANCE_ROLE: MACHINE_ROLE,
  };
  const text = readFileSync(fileURLToPath(new URL(`../../iam/${name}.json`, import.meta.url)), 'utf8');
  const filled = text.replaceAll(/<([A-Z_]+)>/g, (placeholder, key: string) => values[key] ?? placeholder);
  return JSON.stringify(JSON.parse(filled.replaceAll('arn:aws:', `arn:${account.partition}:`)));
}
