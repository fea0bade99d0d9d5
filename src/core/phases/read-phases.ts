import { BadValue } from '../inputs/inputs.js';
import { nearest } from '../kernel/nearest.js';
import * as fields from './read-fields.js';
import { DEFAULT_ALWAYS_TIMEOUT_MS, DEFAULT_TIMEOUT_MS, type Phase } from './phase.js';

const readers = {
  name: fields.readName,
  run: fields.readCommands,
  'timeout-minutes': fields.readMinutes,
  always: fields.readFlag,
  needs: fields.readNames,
  slots: (value: unknown) => fields.readCounts(value),
  env: fields.readVariables,
  'require-files': fields.readPatterns,
  matrix: fields.readMatrix,
  'stop-on-error': fields.readFlag,
  optional: fields.readFlag,
  'accept-failures': fields.readFlag,
  measure: fields.readFlag,
} as const;
type FieldName = keyof typeof readers;
type Fields = { -readonly [K in FieldName]?: ReturnType<(typeof readers)[K]> };

const FIELD_NAMES = Object.keys(readers) as FieldName[];
const LONGEST = 80;

/** Collects problems, each as a sentence that names the phase and the field. */
export class Problems {
  readonly all: string[] = [];

  /** @param where the phase, such as `` phase `test` `` */
  add(where: string, what: string): void {
    this.all.push(`\`phases\`: ${where}${what}`);
  }
}

/**
 * Reads the list of phases.
 *
 * @param value as YAML gives it
 * @returns the phases that could be read, and all problems of single phases; what does not fit together is found later
 */
export function readPhases(value: unknown): {
  readonly phases: readonly Phase[];
  readonly problems: readonly string[];
} {
  const problems = new Problems();
  if (!Array.isArray(value) || value.length === 0) {
    problems.add('', `it is ${describe(value)}; allowed: a list of phases, each with \`name\` and \`run\`.`);
    return { phases: [], problems: problems.all };
  }
  const phases = value.flatMap((one, at) => readPhase(one, at, problems) ?? []);
  return { phases, problems: [...problems.all, ...listDuplicates(phases)] };
}

function readPhase(value: unknown, at: number, problems: Problems): Phase | undefined {
  if (!fields.isRaw(value)) {
    problems.add(`entry ${at + 1} is `, `${describe(value)}; allowed: a map with \`name\` and \`run\`.`);
    return undefined;
  }
  const { name } = value;
  const where =
    typeof name === 'string' && name.trim() !== ''
      ? `phase \`${shorten(name.replace(/\s+/g, ' '))}\``
      : `entry ${at + 1}`;
  const found: Fields = {};
  for (const key of Object.keys(value)) if (!isField(key)) problems.add(where, describeUnknown(key));
  for (const field of FIELD_NAMES) readField(value[field], { field, where, found, problems });
  for (const field of ['name', 'run'] as const)
    if (value[field] === undefined || value[field] === null) problems.add(where, ` has no \`${field}\`.`);
  if (found['stop-on-error'] === true && value['matrix'] === undefined)
    problems.add(where, ' has `stop-on-error` and no `matrix`, whose runs it is about.');
  return found.name === undefined ? undefined : toPhase(found, found.name);
}

interface Reading {
  readonly field: FieldName;
  readonly where: string;
  readonly found: Fields;
  readonly problems: Problems;
}

/** A field without a value counts as not given. */
function readField(value: unknown, { field, where, found, problems }: Reading): void {
  if (value === undefined || value === null) return;
  try {
    Object.assign(found, { [field]: readers[field](value) });
  } catch (error) {
    if (!(error instanceof BadValue)) throw error;
    const { part, allowed } = error;
    const given = part === undefined ? describe(value) : JSON.stringify(shorten(part));
    problems.add(where, `, \`${field}\` is ${given}; allowed: ${allowed}.`);
  }
}

function toPhase(found: Fields, name: string): Phase {
  const always = found.always ?? false;
  return {
    name,
    run: found.run ?? '',
    timeoutMs: found['timeout-minutes'] ?? (always ? DEFAULT_ALWAYS_TIMEOUT_MS : DEFAULT_TIMEOUT_MS),
    always,
    needs: found.needs,
    slots: found.slots ?? {},
    env: found.env ?? {},
    requireFiles: found['require-files'] ?? [],
    matrix: found.matrix ?? {},
    stopOnError: found['stop-on-error'] ?? false,
    optional: found.optional ?? false,
    acceptFailures: found['accept-failures'] ?? false,
    measure: found.measure ?? false,
  };
}

function listDuplicates(phases: readonly Phase[]): string[] {
  const seen = new Set<string>();
  const twice = new Set(phases.flatMap(({ name }) => (seen.size === seen.add(name).size ? [name] : [])));
  return [...twice].map((name) => `\`phases\`: phase \`${name}\` is there twice; allowed: each name once.`);
}

function isField(key: string): key is FieldName {
  return Object.hasOwn(readers, key);
}

function describeUnknown(key: string): string {
  const near = nearest(key, FIELD_NAMES);
  return `, \`${shorten(key)}\` is not a field${near === undefined ? ` (there are: ${FIELD_NAMES.join(', ')}).` : `; did you mean \`${near}\`?`}`;
}

function describe(value: unknown): string {
  return shorten(JSON.stringify(value) ?? 'not given');
}

function shorten(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}
