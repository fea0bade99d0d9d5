import type { Environment } from './environments.js';
import { fillTemplate, indent, type Fillings } from './template.js';
import { inputsOfAll, inputsOfOne, type Interface, type WorkflowInput } from './workflow-inputs.js';

/** The sources of the printed workflows: from workflows/, and the name of the repository from package.json. */
export interface Sources {
  /** This repository, as `uses:` lines name it: `org/ci-actions`. */
  readonly repository: string;
  readonly environments: readonly Environment[];
  readonly contract: Interface;
  /** The pins of actions from elsewhere: name to `owner/name@commit # version`. */
  readonly pins: Readonly<Record<string, string>>;
  readonly templates: Readonly<Record<'tox-on-ec2' | 'one-environment' | 'all-environments', string>>;
  readonly fragments: Readonly<Record<string, string>>;
}

const PRINTED = '.github/workflows';
/** The copies for other owners, who need the jobs in a repository of their own. */
const COPIES = 'workflows/starter/other-owner';

/** @returns the text of each printed workflow, by its path */
export function renderWorkflows(sources: Sources): Readonly<Record<string, string>> {
  const generic = renderGeneric(sources);
  const all = renderAll(sources);
  const files = sources.environments.map((one) => [`${PRINTED}/${one.file}.yml`, renderOne(sources, one)]);
  return {
    [`${PRINTED}/tox-on-ec2.yml`]: generic,
    [`${PRINTED}/all_environments.yml`]: all,
    ...(Object.fromEntries(files) as Record<string, string>),
    [`${COPIES}/tox-on-ec2.yml`]: releaseActions(generic, sources),
    [`${COPIES}/all_environments.yml`]: releaseActions(all, sources),
  };
}

function renderGeneric(sources: Sources): string {
  const inputs = inputsOfOne(sources.contract);
  const fillings = {
    ...baseFillings(sources, inputs, (output) => verdicts[output] ?? ''),
    ...callSecrets(sources, []),
  };
  return withHeader('tox-on-ec2', fillTemplate(sources.templates['tox-on-ec2'], fillings));
}

function renderOne(sources: Sources, environment: Environment): string {
  const inputs = inputsOfOne(sources.contract, environment);
  const text = fillTemplate(sources.templates['one-environment'], {
    ...baseFillings(sources, inputs),
    ...callSecrets(sources, environment.secrets),
    title: environment.title,
    'pass-inputs': passInputs(inputs, environment),
    'pass-secrets': passSecrets(sources.contract, environment),
  });
  return withHeader('one-environment', text);
}

function renderAll(sources: Sources): string {
  const { environments, contract, templates } = sources;
  const names = environments.map(({ name }) => name);
  const inputs = inputsOfAll(contract);
  const text = fillTemplate(templates['all-environments'], {
    ...baseFillings(sources, inputs),
    ...callSecrets(
      sources,
      environments.flatMap(({ secrets }) => secrets),
    ),
    'known-environments': names.join(', '),
    'summary-needs': `[choose, ${names.join(', ')}]`,
    'environment-jobs': environments.map((one) => renderJob(sources, one)).join('\n'),
  });
  return withHeader('all-environments', text);
}

function renderJob({ contract }: Sources, environment: Environment): string {
  const passed: Readonly<Record<string, string>> = {
    ref: '${{ needs.choose.outputs.sha }}',
    // The job `choose` has already checked the commit.
    'allow-forks': 'true',
    'tox-env': environment.tox,
    preset: environment.preset,
    'timeout-minutes': `\${{ fromJSON(inputs.timeout-minutes || 0) || ${environment.minutes} }}`,
  };
  const lines = inputsOfOne(contract, environment)
    .filter(({ name }) => name in passed || inputsOfAll(contract).some((input) => input.name === name))
    .map(({ name }) => `${name}: ${passed[name] ?? `\${{ inputs.${name} }}`}`);
  return [
    `${environment.name}:`,
    `  name: ${environment.title}`,
    '  needs: choose',
    `  if: contains(fromJSON(needs.choose.outputs.environments), '${environment.name}')`,
    '  permissions:',
    '    contents: read',
    '    id-token: write # for AWS by OpenID Connect',
    '  uses: ./.github/workflows/tox-on-ec2.yml # zizmor: ignore[self-repository]',
    '  with:',
    indent([...lines, ...requiredSecrets(environment)].join('\n'), 4),
    '  secrets:',
    indent(passSecrets(contract, environment), 4),
    '',
  ].join('\n');
}

function baseFillings(
  { contract, pins, fragments }: Sources,
  inputs: readonly WorkflowInput[],
  valueOf = (output: string): string => `\${{ jobs.tox.outputs.${output} }}`,
): Fillings {
  return {
    ...fragments,
    ...pins,
    'call-inputs': renderInputs(inputs),
    'dispatch-inputs': renderInputs(inputs.filter(({ only }) => !only.includes('call'))),
    'call-outputs': Object.entries(contract.outputs)
      .map(([name, description]) => `${name}:\n  description: ${quote(description)}\n  value: ${valueOf(name)}`)
      .join('\n'),
  };
}

function renderInputs(inputs: readonly WorkflowInput[]): string {
  return inputs
    .map(({ name, type, description, default: value }) =>
      [
        `${name}:`,
        `  description: ${quote(description)}`,
        `  type: ${type}`,
        ...(name === 'tox-env' && value === '' ? ['  required: true'] : [`  default: ${renderDefault(value)}`]),
      ].join('\n'),
    )
    .join('\n');
}

function callSecrets({ contract }: Sources, own: readonly string[]): Fillings {
  const all = {
    ...contract.secrets,
    ...Object.fromEntries(own.map((name) => [name, 'A secret that the tests need.'])),
  };
  const lines = Object.entries(all).map(
    ([name, description]) => `${name}:\n  description: ${quote(description)}\n  required: false`,
  );
  return { 'call-secrets': lines.join('\n') };
}

function passInputs(inputs: readonly WorkflowInput[], environment: Environment): string {
  const lines = inputs.map(({ name, type }) =>
    type === 'number' ? `${name}: \${{ fromJSON(inputs.${name}) }}` : `${name}: \${{ inputs.${name} }}`,
  );
  return [...lines, ...requiredSecrets(environment)].join('\n');
}

function requiredSecrets({ secrets }: Environment): string[] {
  return secrets.length > 0 ? [`required-secrets: ${secrets.join(', ')}`] : [];
}

/** Adds an environment's own secrets to TEST_ENV, as a list of JSON objects. A missing secret has the value null. */
function passSecrets({ secrets }: Interface, environment: Environment): string {
  const own = environment.secrets.map((name) => `{ "${name}": \${{ toJSON(secrets.${name}) }} }`);
  return Object.keys(secrets)
    .map((name) => {
      if (name !== 'TEST_ENV' || own.length === 0) return `${name}: \${{ secrets.${name} }}`;
      return [`${name}: >-`, `  [\${{ secrets.${name} || '{}' }}, ${own.join(', ')}]`].join('\n');
    })
    .join('\n');
}

/** The expressions of the outputs of `tox-on-ec2.yml`. */
const verdicts: Readonly<Record<string, string>> = {
  verdict:
    "${{ jobs.retest.outputs.verdict || jobs.test.outputs.verdict || jobs.start.outputs.plan == 'skip' && 'skipped' || '' }}",
  reason: '${{ jobs.start.outputs.skip }}',
  machine: '${{ jobs.restart.outputs.machine || jobs.start.outputs.machine }}',
  minutes: '${{ jobs.retest.outputs.minutes || jobs.test.outputs.minutes }}',
  // GitHub may drop an output that contains a secret. The jobs that follow an interruption show it, too.
  interrupted: "${{ jobs.test.outputs.interrupted == 'true' && 'true' || '' }}",
  costs:
    "${{ jobs.stop.outputs.costs || inputs.runs-on == '' && (jobs.start.outputs.label != '' || jobs.start.outputs.plan == 'test') && 'unknown' || '' }}",
};

function renderDefault(value: string | boolean | number): string {
  return value === '' ? "''" : typeof value === 'string' ? quote(value) : String(value);
}

/** A YAML scalar, plain if that is safe. */
function quote(text: string): string {
  return /^[A-Za-z][^:#\n]*$/.test(text) && !/^(true|false|null|yes|no|on|off)$/i.test(text)
    ? text
    : `'${text.replaceAll("'", "''")}'`;
}

function withHeader(template: string, text: string): string {
  return `# Printed from workflows/environments.yml, inputs.yml and templates/${template}.yml by \`npm run print\`.\n${text}`;
}

/**
 * Replaces `$/action`, an action of the workflow's own repository, by the released action, for copies in other
 * repositories.
 */
function releaseActions(text: string, { repository }: Sources): string {
  return text
    .replace(/^/, '# A copy for owners other than that of ci-actions: put both files into .github/workflows/.\n')
    .replace(
      /uses: \$\/([\w-]+)$/gm,
      `uses: ${repository}/$1@v1 # zizmor: ignore[unpinned-uses] v1 moves with every release`,
    );
}
