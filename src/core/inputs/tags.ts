import { parse as parseJsonc, printParseErrorCode, type ParseError } from 'jsonc-parser';
import { plural } from '../kernel/plural.js';
import { OWN_PREFIX, type Tags } from '../kernel/tags.js';
import { BadValue, type InputDefinition } from './inputs.js';

// Limits from "Tag your Amazon EC2 resources" (EC2 user guide): 50 tags, keys of 128, values of 256 characters.
const USER_TAG_LIMIT = 33;
const ALLOWED =
  'a JSON list like [{"Key": "Team", "Value": "ml"}], an object like {"Team": "ml"}, or lines like Team=ml';

/** `aws-resource-tags`: JSON as in ec2-github-runner, or `Key=Value` lines. */
export function tagsInput(description: string): InputDefinition<Tags | undefined> {
  return { takes: 'JSON or `Key=Value` lines', description, parse: parseTags };
}

function parseTags(text: string): Tags {
  const pairs = /^[[{]/.test(text) ? parseJson(text) : parseLines(text);
  const tags: Record<string, string> = {};
  for (const [key, value] of pairs) {
    checkTag(key, value);
    if (Object.hasOwn(tags, key)) throw new BadValue('each key once', key);
    tags[key] = value;
  }
  if (pairs.length > USER_TAG_LIMIT) throw new BadValue(`at most ${USER_TAG_LIMIT} tags`, plural(pairs.length, 'tag'));
  return tags;
}

/**
 * Reads JSON with jsonc-parser: JSON.parse does not always give the place of an error, which users need for JSON in
 * YAML.
 */
function parseJson(text: string): [string, string][] {
  const errors: ParseError[] = [];
  const parsed: unknown = parseJsonc(text, errors, { disallowComments: true });
  const first = errors[0];
  if (first) {
    throw new BadValue(
      `${ALLOWED}; the JSON is malformed (${printParseErrorCode(first.error)} at ${locate(text, first.offset)})`,
    );
  }
  if (typeof parsed !== 'object' || parsed === null) throw new BadValue(ALLOWED);
  const isOneTag = Object.keys(parsed).toSorted().join() === 'Key,Value';
  const entries: readonly unknown[] = isOneTag
    ? [parsed]
    : Array.isArray(parsed)
      ? parsed
      : Object.entries(parsed).map(([Key, Value]) => ({ Key, Value: Value as unknown }));
  return entries.map((entry, index) => {
    const { Key, Value } = (entry ?? {}) as { Key?: unknown; Value?: unknown };
    const value = readScalar(Value);
    if (typeof Key !== 'string' || value === undefined) {
      throw new BadValue(`${ALLOWED}; entry ${index + 1} lacks a text "Key" or "Value"`, JSON.stringify(entry));
    }
    return [Key, value];
  });
}

/**
 * The text of a tag's value. Expressions in workflows also give numbers, booleans and `null`. A number of which
 * JavaScript cannot keep all digits is refused.
 */
function readScalar(value: unknown): string | undefined {
  if (value === null) return '';
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) return undefined;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined;
}

function locate(text: string, offset: number): string {
  const before = text.slice(0, offset).split('\n');
  return `line ${before.length}, column ${before.at(-1)!.length + 1}`;
}

function parseLines(text: string): [string, string][] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const at = line.indexOf('=');
      if (at < 1) throw new BadValue(ALLOWED, line);
      return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
    });
}

function checkTag(key: string, value: string): void {
  if (/^aws:/i.test(key)) throw new BadValue('keys that do not begin with `aws:`, which AWS reserves', key);
  // Upper and lower case are equal here, because IAM ignores the case of tag keys in conditions.
  if (key.toLowerCase().startsWith(OWN_PREFIX))
    throw new BadValue(`keys that do not begin with \`${OWN_PREFIX}\``, key);
  if (key.length < 1 || key.length > 128) throw new BadValue('keys of 1 to 128 characters', key);
  if (value.length > 256) throw new BadValue('values of at most 256 characters', `${key}=${value}`);
}
