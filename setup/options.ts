import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ValuesOf } from '../src/terminal/definition.js';
import { existing, flag, list, oneOf, required, text, value, wholeNumber, type Kind } from '../src/terminal/options.js';
import { misuse } from '../src/terminal/usage-error.js';

export const STARTERS = fileURLToPath(new URL('../workflows/starter/', import.meta.url));

/** The files of workflows/starter, without their extension. */
const starterNames = readdirSync(STARTERS)
  .filter((name) => name.endsWith('.yml'))
  .map((name) => name.slice(0, -'.yml'.length));

/** The starter for everybody: any command on a machine. */
const FIRST = 'command';

/** As OWNER/NAME, or as people copy it from a browser or from git. */
const repositoryKind: Kind<string> = {
  placeholder: 'OWNER/NAME',
  allowed: 'a repository as OWNER/NAME, such as `octo-org/octo-repo`',
  parse: (given) =>
    /^(?:https?:\/\/[^/]+\/|git@[^:]+:)?([A-Za-z0-9][A-Za-z0-9_-]{0,99}\/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}?)(?:\.git)?\/?$/.exec(
      given,
    )?.[1],
};

export const setupCommandLine = {
  command: 'npm run setup --',
  description: `Sets up a repository for jobs on EC2 machines: roles in AWS (a CloudFormation stack), variables, a
GitHub App or token that registers runners, and a pull request with starter workflows. It uses the programs \`aws\` and
\`gh\` with your logins. It first checks everything, shows what it will do, and asks. Steps that are done are not
repeated, so an interrupted set-up continues when you run it again. Exit codes: 0, 1 if something is missing or a step
failed, 2 for wrong arguments.`,
  options: {
    repo: required(value('The repository whose jobs get machines.', repositoryKind)),
    region: value(
      'Where machines are launched. Default: the region of the aws CLI.',
      text('REGION', { matches: /^[a-z]{2}(-[a-z]+)+-\d$/, allowed: 'a region of AWS, such as `us-east-1`' }),
    ),
    app: flag('Create a GitHub App that registers runners: two clicks in a browser. Default, on a terminal.'),
    token: flag('Use a fine-grained token instead, which is typed, or read from stdin.'),
    starter: list(
      `Which workflows to propose. Default: \`${FIRST}\`, with \`reap\` and \`pool\` if those options are given.`,
      oneOf(starterNames),
    ),
    reap: flag('Also propose the workflow that removes what is left over.'),
    pools: flag(
      'Also make the role for pools of warm machines, and propose the workflow that fills them. They need an image of your own (ami/README.md).',
    ),
    images: flag('Also make the role that builds machine images in your copy of ci-actions.'),
    actions: value('Your copy of ci-actions. Default: what this clone names, or its remote `origin`.', repositoryKind),
    subnet: value(
      "Where machines are launched. Default: the subnets of the region's default VPC.",
      text('SUBNET', { matches: /^subnet-[0-9a-f]{8,17}$/, allowed: 'a subnet, such as `subnet-0a1b2c3d`' }),
    ),
    stack: value(
      'The name of the stack. Default: `ci-actions-OWNER-NAME-ID`.',
      text('NAME', {
        matches: /^[A-Za-z][A-Za-z0-9-]{0,127}$/,
        allowed: 'letters, digits and hyphens, beginning with a letter',
      }),
    ),
    'app-id': value('Use a GitHub App that exists, with --app-key.', wholeNumber(1, Number.MAX_SAFE_INTEGER)),
    'app-key': value("The file with that App's private key.", existing('file')),
    port: value('The port of the page for the App. Default: any.', wholeNumber(1, 65_535)),
    yes: flag('Do not ask.'),
    'dry-run': flag('Change nothing. Print the commands to stdout, for bash.'),
    remove: flag('Take everything away again.'),
  },
};

export interface Request {
  readonly repository: string;
  readonly region: string | undefined;
  readonly credentials: 'app' | 'token' | 'own-app' | undefined;
  readonly ownApp: { readonly id: number; readonly keyFile: string } | undefined;
  readonly starters: readonly string[];
  readonly pools: boolean;
  readonly images: boolean;
  readonly actions: string | undefined;
  readonly subnet: string | undefined;
  readonly stack: string | undefined;
  readonly port: number | undefined;
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly remove: boolean;
}

/** @throws UsageError for options that do not fit together */
export function toRequest(values: ValuesOf<typeof setupCommandLine.options>): Request {
  const { repo, region, app, token, reap, pools, images, actions, subnet, stack, port, yes, remove } = values;
  const { 'app-id': id, 'app-key': keyFile, 'dry-run': dryRun } = values;
  const problems = [
    ...(app && token ? ['`--app` and `--token` exclude each other.'] : []),
    ...((id === undefined) === (keyFile === undefined) ? [] : ['`--app-id` and `--app-key` need each other.']),
    ...(id !== undefined && (app || token) ? ['`--app-id` excludes `--app` and `--token`.'] : []),
  ];
  if (problems.length > 0) throw misuse(setupCommandLine, ...problems);
  const ownApp = id !== undefined && keyFile !== undefined ? { id, keyFile } : undefined;
  const chosen = values.starter ?? [FIRST].filter((name) => existsSync(`${STARTERS}${name}.yml`));
  const starters = [...new Set([...chosen, ...(reap ? ['reap'] : []), ...(pools ? ['pool'] : [])])];
  return {
    repository: repo,
    region,
    ownApp,
    starters,
    pools,
    images,
    actions,
    subnet,
    stack,
    port,
    yes,
    dryRun,
    remove,
    credentials: ownApp ? 'own-app' : app ? 'app' : token ? 'token' : undefined,
  };
}
