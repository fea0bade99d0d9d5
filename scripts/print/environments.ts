import { parseDocument } from 'yaml';

/** One line of workflows/environments.yml. */
export interface Environment {
  /** The name in lists and in comments, and the id of the job. */
  readonly name: string;
  /** The file name of the printed workflow, without `.yml`. */
  readonly file: string;
  readonly title: string;
  readonly tox: string;
  readonly preset: string;
  readonly minutes: number;
  readonly secrets: readonly string[];
}

interface Rule {
  readonly allowed: string;
  accepts(value: unknown): boolean;
}

const matching = (pattern: RegExp, allowed: string): Rule => ({
  allowed,
  accepts: (value) => typeof value === 'string' && pattern.test(value),
});

const secretName = /^(?!GITHUB_)[A-Z_][A-Z0-9_]*$/;
const rules: Readonly<Record<Exclude<keyof Environment, 'name'>, Rule>> = {
  file: matching(/^[A-Za-z0-9_-]+$/, 'a file name without .yml'),
  title: matching(/^[^\n:#]+$/, 'a title without `:` and `#`'),
  tox: matching(/^[A-Za-z0-9._-]+$/, 'one tox environment'),
  preset: matching(/^[\w.-]+$/, 'the name of a preset'),
  minutes: {
    allowed: 'a whole number from 1 to 7000 (GitHub ends any job after five days)',
    accepts: (value) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 7000,
  },
  secrets: {
    allowed: 'a list of names of secrets',
    accepts: (value) => Array.isArray(value) && value.every((one) => secretName.test(String(one))),
  },
};
/** GitHub's job ids without the hyphen, because `needs.a-b` looks like a subtraction. */
const namePattern = /^[a-z][a-z0-9_]*$/;
/** The jobs of all_environments.yml that are not environments, and the word for all environments. */
const reserved = ['choose', 'summary', 'all'];
/** Workflow files that are printed from other sources, or not printed. */
const taken = /^(all_environments|ci|.*-on-ec2)$/;

/** @throws Error that lists every problem of the table */
export function readEnvironments(text: string, presets: readonly string[]): readonly Environment[] {
  // The parser already reports a name that occurs twice.
  const document = parseDocument(text);
  const table: unknown = document.errors.length === 0 ? document.toJS() : undefined;
  if (typeof table !== 'object' || table === null || Array.isArray(table)) {
    throw new Error(`environments.yml is not a table of environments. ${document.errors[0]?.message ?? ''}`.trim());
  }
  const problems: string[] = [];
  const environments = Object.entries(table).map(([name, line]) => readLine(name, line, problems));
  for (const { name, preset } of environments) {
    if (preset !== '' && !presets.includes(preset)) {
      problems.push(`${name}: \`preset\` is "${preset}"; allowed: ${presets.join(', ')}.`);
    }
  }
  for (const key of ['file', 'tox'] as const) problems.push(...findDuplicates(environments, key));
  if (problems.length > 0) throw new Error(`environments.yml:\n${problems.join('\n')}`);
  return environments;
}

function readLine(name: string, line: unknown, problems: string[]): Environment {
  const fields = { secrets: [], ...(typeof line === 'object' ? (line as Record<string, unknown>) : {}) };
  if (!namePattern.test(name) || reserved.includes(name)) {
    problems.push(`${name}: allowed: lower-case letters, digits and _, and none of ${reserved.join(', ')}.`);
  }
  for (const key of Object.keys(fields)) {
    if (!Object.hasOwn(rules, key)) problems.push(`${name}: \`${key}\` is not known.`);
  }
  for (const [key, rule] of Object.entries(rules)) {
    const value = (fields as Record<string, unknown>)[key];
    if (value === undefined) problems.push(`${name}: \`${key}\` is missing; allowed: ${rule.allowed}.`);
    else if (!rule.accepts(value))
      problems.push(`${name}: \`${key}\` is ${JSON.stringify(value)}; allowed: ${rule.allowed}.`);
    else if (typeof value === 'string' && key === 'file' && taken.test(value))
      problems.push(`${name}: \`file\` "${value}" is taken.`);
  }
  return { file: '', title: '', tox: '', preset: '', minutes: 0, ...fields, name };
}

function findDuplicates(environments: readonly Environment[], key: 'file' | 'tox'): string[] {
  return environments
    .filter((one, index) => environments.findIndex((other) => other[key] === one[key]) < index)
    .map((one) => `${one.name}: \`${key}\` "${one[key]}" is another environment's already.`);
}
