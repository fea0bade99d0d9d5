import type { SandboxRequest } from '../../http.js';
import { GitHubError } from '../world/errors.js';

export type Kind = 'string' | 'integer' | 'strings' | 'integers' | 'object';

export interface Field {
  readonly kind: Kind;
  readonly required?: boolean;
}

const FITS: Readonly<Record<Kind, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  integer: (value) => Number.isInteger(value),
  strings: (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
  integers: (value) => Array.isArray(value) && value.every((item) => Number.isInteger(item)),
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};

const WORDS: Readonly<Record<Kind, string>> = {
  string: 'a string',
  integer: 'an integer',
  strings: 'an array of strings',
  integers: 'an array of integers',
  object: 'an object',
};

/**
 * Reads the request's JSON and checks it as GitHub does.
 *
 * @throws GitHubError 400 for a body that is not JSON, 422 for a field that is missing or has the wrong type
 */
export function readBody(request: SandboxRequest, fields: Readonly<Record<string, Field>>): Record<string, unknown> {
  const body = parse(request.body);
  const missing = Object.keys(fields).filter((name) => fields[name]?.required && body[name] === undefined);
  if (missing.length > 0) {
    const names = missing.map((name) => `"${name}"`).join(', ');
    throw new GitHubError(422, `Invalid request.\n\n${names} ${missing.length > 1 ? "weren't" : "wasn't"} supplied.`);
  }
  for (const [name, { kind }] of Object.entries(fields)) {
    const value = body[name];
    if (value === undefined || FITS[kind](value)) continue;
    throw new GitHubError(
      422,
      `Invalid request.\n\nFor 'properties/${name}', ${JSON.stringify(value)} is not ${WORDS[kind]}.`,
    );
  }
  return body;
}

function parse(text: string): Record<string, unknown> {
  try {
    const body: unknown = text === '' ? {} : JSON.parse(text);
    if (FITS.object(body)) return body as Record<string, unknown>;
  } catch {
    // Thrown below, as for JSON that is not an object.
  }
  throw new GitHubError(400, text === '' ? 'Body should be a JSON object' : 'Problems parsing JSON');
}
