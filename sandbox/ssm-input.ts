import { Ec2Error } from './ec2/world/errors.js';

/** The members of the requests. Each has one type in all of them. */
const MEMBERS = {
  Name: 'string',
  Names: 'strings',
  Value: 'string',
  Overwrite: 'boolean',
  DataType: 'string',
  Path: 'string',
  Recursive: 'boolean',
  MaxResults: 'number',
  NextToken: 'string',
  Labels: 'strings',
  ParameterVersion: 'number',
} as const;

interface Types {
  readonly string: string;
  readonly strings: readonly string[];
  readonly boolean: boolean;
  readonly number: number;
}

export type SsmInput = { readonly [M in keyof typeof MEMBERS]?: Types[(typeof MEMBERS)[M]] };

/** @throws Ec2Error `SerializationException` for a body that is no JSON object, or a member of another type */
export function readSsmInput(body: string): SsmInput {
  let input: unknown;
  try {
    input = JSON.parse(body || '{}');
  } catch (error) {
    throw new Ec2Error('SerializationException', (error as Error).message);
  }
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw new Ec2Error('SerializationException', 'Start of structure or map found where not expected.');
  }
  for (const [name, value] of Object.entries(input)) {
    const type = Object.hasOwn(MEMBERS, name) ? MEMBERS[name as keyof typeof MEMBERS] : undefined;
    if (type === undefined || value === null || isOf(type, value)) continue;
    throw new Ec2Error('SerializationException', `The value of ${name} cannot be converted to ${type}.`);
  }
  // null counts as not given.
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null));
}

function isOf(type: keyof Types, value: unknown): boolean {
  if (type !== 'strings') return typeof value === type;
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}
