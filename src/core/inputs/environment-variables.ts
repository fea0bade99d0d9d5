import { BadValue, type InputDefinition } from './inputs.js';

export type Variables = Readonly<Record<string, string>>;

/** A name that bash can export. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const ALLOWED =
  'a JSON object of environment variables, or a list of such objects, where later ones override earlier ones';

/** An input with environment variables. `null` and '' count as not given, because a missing secret arrives as ''. */
export function variables(
  description: string,
  kind: { secret?: boolean } = {},
): InputDefinition<Variables | undefined> {
  return {
    takes: kind.secret ? 'secret JSON' : 'JSON',
    description,
    ...(kind.secret && { secret: true }),
    parse: (text) => Object.fromEntries(readObjects(text).flatMap((one) => Object.entries(one).flatMap(readVariable))),
  };
}

function readObjects(text: string): readonly Record<string, unknown>[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new BadValue(ALLOWED);
  }
  // `toJSON` of a value that does not exist is `null`.
  const objects = [value ?? []].flat();
  if (!objects.every((one) => typeof one === 'object' && one !== null && !Array.isArray(one)))
    throw new BadValue(ALLOWED);
  return objects as Record<string, unknown>[];
}

function readVariable([name, value]: [string, unknown]): [string, string][] {
  if (!NAME.test(name)) throw new BadValue('names of letters, digits and `_`, not beginning with a digit', name);
  if (value === null || value === '') return [];
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return [[name, String(value)]];
  }
  throw new BadValue(`text, a number, \`true\` or \`false\` as the value of ${name}`, name);
}
