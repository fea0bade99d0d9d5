import type { Environment } from './environments.js';
import type { Kind } from './kinds.js';
import { fillTemplate, indent, type Fillings } from './template.js';
import {
  passInputs,
  passSecrets,
  renderInputs,
  renderOutputs,
  renderSecrets,
  requiredSecrets,
} from './workflow-blocks.js';
import { inputsOfAll, inputsOfOne, type Interface, type WorkflowInput } from './workflow-inputs.js';

/** The sources of the printed workflows: from workflows/, and the name of the repository from package.json. */
export interface Sources {
  /** This repository, as `uses:` lines name it: `org/ci-actions`. */
  readonly repository: string;
  /** By the name. Each is printed from the frame. */
  readonly kinds: Readonly<Record<'tox', Kind> & Record<string, Kind>>;
  /** Environments of tox. */
  readonly environments: readonly Environment[];
  /** The pins of actions from elsewhere: name to `owner/name@commit # version`. */
  readonly pins: Readonly<Record<string, string>>;
  readonly templates: Readonly<Record<'frame' | 'one-environment' | 'all-environments', string>>;
  readonly fragments: Readonly<Record<string, string>>;
}

const PRINTED = '.github/workflows';
/** The copies for other owners, who need the jobs in a repository of their own. */
const COPIES = 'workflows/starter/other-owner';

/** @returns the text of each printed workflow, by its path */
export function renderWorkflows(sources: Sources): Readonly<Record<string, string>> {
  const kinds = Object.values(sources.kinds).map((kind) => [`${kind.name}-on-ec2`, renderKind(sources, kind)]);
  const shared: Readonly<Record<string, string>> = {
    ...(Object.fromEntries(kinds) as Record<string, string>),
    all_environments: renderAll(sources),
  };
  const ofOne = sources.environments.map((one) => [`${PRINTED}/${one.file}.yml`, renderOne(sources, one)]);
  return {
    ...mapEntries(shared, (name, text) => [`${PRINTED}/${name}.yml`, text]),
    ...(Object.fromEntries(ofOne) as Record<string, string>),
    ...mapEntries(shared, (name, text) => [`${COPIES}/${name}.yml`, releaseActions(text, sources)]),
  };
}

function mapEntries(
  texts: Readonly<Record<string, string>>,
  map: (name: string, text: string) => [string, string],
): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => map(name, text)));
}

function renderKind(sources: Sources, { name, contract, fillings }: Kind): string {
  const text = fillTemplate(sources.templates.frame, {
    ...baseFillings(sources, inputsOfOne(contract)),
    ...renderSecrets(contract, []),
    ...fillings,
    'call-outputs': renderOutputs(contract.outputs, (output) => output.value ?? findInWork(output.name)),
  });
  return withHeader(`kinds/${name}.yml, inputs.yml and templates/frame.yml`, text);
}

/** The output of the step that works. Only one of the two jobs has it, except after an interruption. */
function findInWork(output: string): string {
  return `\${{ jobs.retest.outputs.${output} || jobs.test.outputs.${output} }}`;
}

function renderOne(sources: Sources, environment: Environment): string {
  const { contract } = sources.kinds.tox;
  const inputs = inputsOfOne(contract, environment);
  const text = fillTemplate(sources.templates['one-environment'], {
    ...baseFillings(sources, inputs),
    ...renderSecrets(contract, environment.secrets),
    'call-outputs': renderOutputs(contract.outputs, ({ name }) => `\${{ jobs.tox.outputs.${name} }}`),
    title: environment.title,
    'pass-inputs': passInputs(inputs, environment),
    'pass-secrets': passSecrets(contract, environment),
  });
  return withHeader('environments.yml, kinds/tox.yml and templates/one-environment.yml', text);
}

function renderAll(sources: Sources): string {
  const { environments, kinds, templates } = sources;
  const { contract } = kinds.tox;
  const names = environments.map(({ name }) => name);
  const secrets = environments.flatMap((one) => one.secrets);
  const text = fillTemplate(templates['all-environments'], {
    ...baseFillings(sources, inputsOfAll(contract)),
    ...renderSecrets(contract, secrets),
    'known-environments': names.join(', '),
    'summary-needs': `[choose, ${names.join(', ')}]`,
    'environment-jobs': environments.map((one) => renderJob(contract, one)).join('\n'),
  });
  return withHeader('environments.yml, kinds/tox.yml and templates/all-environments.yml', text);
}

function renderJob(contract: Interface, environment: Environment): string {
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

function baseFillings({ pins, fragments }: Sources, inputs: readonly WorkflowInput[]): Fillings {
  return {
    ...fragments,
    ...pins,
    'call-inputs': renderInputs(inputs),
    'dispatch-inputs': renderInputs(inputs.filter(({ only }) => !only.includes('call'))),
  };
}

/** @param from the files in workflows/ */
function withHeader(from: string, text: string): string {
  return `# Printed from workflows/${from} by \`npm run print\`.\n${text}`;
}

/**
 * Replaces `$/action`, an action of the workflow's own repository, by the released action, for copies in other
 * repositories.
 */
function releaseActions(text: string, { repository }: Sources): string {
  return text
    .replace(
      /^/,
      '# A copy for owners other than that of ci-actions: put it, and the copies that it calls, into .github/workflows/.\n',
    )
    .replace(
      /uses: \$\/([\w-]+)$/gm,
      `uses: ${repository}/$1@v1 # zizmor: ignore[unpinned-uses] v1 moves with every release`,
    );
}
