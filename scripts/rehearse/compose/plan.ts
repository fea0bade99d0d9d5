import { existsSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { inputs as composeInputs } from '../../../actions/run-compose.inputs.js';
import { parse } from '../../../src/core/kernel/yaml.js';
import { describeUnknown, UsageError } from '../../../src/terminal/usage-error.js';
import type { ComposeChoice } from '../options.js';
import type { ComposeFailure } from './failures.js';
import { isMap, readTexts, takeMap, takeText } from './texts.js';

/** What stands in for an image that no registry has. */
export interface StandIn {
  readonly image: string;
  /** The folder of its programs. */
  readonly commands: string;
  /** Instructions of a Dockerfile, such as `CMD ["serve"]`. */
  readonly changes: readonly string[];
}

export interface ComposeRehearsal {
  /** The folder that plays the checkout. */
  readonly workspace: string;
  /** The job of a workflow that the inputs come from. */
  readonly job: string | undefined;
  /** Of the workflow, for start-runner. */
  readonly preset: string | undefined;
  readonly inputs: Readonly<Record<string, string>>;
  readonly standIns: readonly StandIn[];
  /** What is provoked, in a sentence. */
  readonly says: string | undefined;
}

const FILE = 'rehearse.yml';
const KEYS = ['workspace', 'workflow', 'job', 'inputs', 'images', 'fail'];
const known = Object.keys(composeInputs);

/** Failures that any project can have, whatever it runs. */
const usual: Partial<Record<ComposeFailure, { readonly says: string; readonly inputs: Record<string, string> }>> = {
  setup: {
    says: 'The setup script fails.',
    inputs: { setup: 'echo "The license server does not answer."\nexit 7' },
  },
  assert: {
    says: 'The assertion fails after a session that passed.',
    inputs: { assert: 'echo "The result is not what was expected."\nexit 1' },
  },
};

/**
 * Reads what a rehearsal of a Compose project needs: the folder's `rehearse.yml`, if there is one, and the workflow that
 * it names. Without the file: the folder itself, with no inputs.
 *
 * @throws UsageError with every problem
 */
export function planCompose(choice: Omit<ComposeChoice, 'keep'>): ComposeRehearsal {
  const { folder } = choice;
  const problems: string[] = [];
  const file = join(folder, FILE);
  const given = existsSync(file) ? readYaml(file, problems) : {};
  for (const key of Object.keys(given))
    if (!KEYS.includes(key)) problems.push(`${FILE}: ${describeUnknown(key, 'known', KEYS)}`);
  const workflow = takeText(given, 'workflow');
  const called =
    workflow === undefined
      ? undefined
      : readWorkflow(resolve(folder, workflow), choice.job ?? takeText(given, 'job'), problems);
  if (workflow === undefined && choice.job !== undefined)
    problems.push(`\`--job\` is "${choice.job}", but ${FILE} names no \`workflow\` in ${folder}.`);
  const failure = choose(choice.fail, takeMap(given, 'fail'), problems);
  const inputs = { ...called?.inputs, ...readTexts(takeMap(given, 'inputs')), ...failure?.inputs };
  problems.push(...judgeInputs(inputs));
  const workspace = resolve(folder, takeText(given, 'workspace') ?? '.');
  if (!existsSync(workspace)) problems.push(`${FILE}: \`workspace\` is ${workspace}, which does not exist.`);
  const standIns = readStandIns(folder, takeMap(given, 'images'), problems);
  if (problems.length > 0)
    throw new UsageError(problems, 'Nothing was done. See workflows/example-concert/rehearse.yml.');
  return { workspace, job: called?.job, preset: called?.preset, inputs, standIns, says: failure?.says };
}

function readYaml(file: string, problems: string[]): Readonly<Record<string, unknown>> {
  try {
    const value = parse(readFileSync(file, 'utf8')) ?? {};
    if (isMap(value)) return value;
    problems.push(`${file} is no map.`);
  } catch (error) {
    problems.push(`${file} is no YAML: ${(error as Error).message}`);
  }
  return {};
}

/** The `with:` of a job that calls compose-on-ec2.yml: inputs of run-compose, and the preset of the machine. */
function readWorkflow(
  file: string,
  wanted: string | undefined,
  problems: string[],
): { readonly job: string; readonly preset: string | undefined; readonly inputs: Record<string, string> } | undefined {
  if (!existsSync(file)) {
    problems.push(`${FILE}: \`workflow\` is ${file}, which does not exist.`);
    return undefined;
  }
  const jobs = Object.entries(takeMap(readYaml(file, problems), 'jobs')).flatMap(([name, job]) =>
    isMap(job) && /\/compose-on-ec2\.yml(@|$)/.test(takeText(job, 'uses') ?? '') ? [{ name, job }] : [],
  );
  const names = jobs.map(({ name }) => name);
  const found = jobs.find(({ name }) => wanted === undefined || name === wanted);
  if (!found) {
    const where = `among the jobs of ${relative('.', file)} that call compose-on-ec2.yml`;
    problems.push(wanted === undefined ? `There is no job ${where}.` : describeUnknown(wanted, where, names));
    return undefined;
  }
  const given = readTexts(takeMap(found.job, 'with'));
  const inputs = Object.fromEntries(Object.entries(given).filter(([name]) => known.includes(name)));
  return { job: found.name, preset: given['preset'], inputs };
}

function choose(
  mode: ComposeFailure | undefined,
  described: Readonly<Record<string, unknown>>,
  problems: string[],
): { readonly says: string; readonly inputs: Readonly<Record<string, string>> } | undefined {
  if (mode === undefined) return undefined;
  const entry = described[mode];
  if (isMap(entry))
    return { says: takeText(entry, 'says') ?? `${mode} fails.`, inputs: readTexts(takeMap(entry, 'inputs')) };
  if (usual[mode] === undefined)
    problems.push(
      `\`--fail ${mode}\` depends on the project: describe it in ${FILE}, as \`fail: { ${mode}: { inputs: … } }\`.`,
    );
  return usual[mode];
}

function judgeInputs(inputs: Readonly<Record<string, string>>): string[] {
  return Object.entries(inputs).flatMap(([name, text]) => {
    if (!known.includes(name)) return [describeUnknown(name, 'an input of run-compose', known)];
    // GitHub evaluates it, with what only a run has.
    if (text.includes('${{'))
      return [`The input \`${name}\` is an expression; give its value in ${FILE}, below \`inputs\`.`];
    return [];
  });
}

function readStandIns(folder: string, images: Readonly<Record<string, unknown>>, problems: string[]): StandIn[] {
  return Object.entries(images).flatMap(([image, entry]) => {
    const commands = isMap(entry) ? takeText(entry, 'commands') : undefined;
    const changes = isMap(entry) ? entry['changes'] : undefined;
    if (commands !== undefined && existsSync(resolve(folder, commands)))
      return [
        { image, commands: resolve(folder, commands), changes: Array.isArray(changes) ? changes.map(String) : [] },
      ];
    problems.push(`${FILE}: \`images\` has ${image} without \`commands\`, a folder of programs that exists.`);
    return [];
  });
}
