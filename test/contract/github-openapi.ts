/**
 * Checks requests and answers against GitHub's own description of its REST API. `scripts/trim-openapi.ts` makes
 * `github-openapi.json`.
 */
import { readFileSync } from 'node:fs';
import { createChecker, type Checker, type Schema } from './openapi-checker.js';

/** A request and its answer, as the sandbox records them. */
export interface Exchange {
  readonly method: string;
  /** With the query, or without it if `query` has it. */
  readonly path: string;
  /** `page=1&per_page=100` */
  readonly query?: string;
  /** The body as sent; '' if there is none. */
  readonly requestBody?: string;
  readonly status: number;
  readonly responseBody: string;
}

export interface Referee {
  /** Lists what the description does not allow, a sentence each. A request with an error answer is not checked. */
  readonly checkExchange: (exchange: Exchange) => string[];
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema: Schema;
}

interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: Content & { readonly required?: boolean };
  readonly responses: Readonly<Record<string, Content>>;
}

interface Content {
  readonly content?: { readonly 'application/json'?: { readonly schema: Schema } };
}

/** One call of the description, with the values of its placeholders. */
interface Found {
  readonly template: string;
  readonly params: Readonly<Record<string, string>>;
  readonly operation: Operation;
}

/** Any call may have these statuses, documented or not. */
const GENERAL_ERRORS = new Set([400, 401, 403, 404, 422, 429, 500, 502, 503]);
/** GitHub answers 409 for a variable that exists (gh relies on it), and does not document it. */
const UNDOCUMENTED: Readonly<Record<string, number>> = { '/repos/{owner}/{repo}/actions/variables': 409 };

/** Calls whose `accept` header, which is not recorded, decides between JSON and the file itself. */
const FILE = '/repos/{owner}/{repo}/contents/{path}';

/** Reads GitHub's description. A call's schemas are compiled at its first check. */
export function createReferee(): Referee {
  const text = readFileSync(new URL('github-openapi.json', import.meta.url), 'utf8');
  const document = JSON.parse(text) as Schema;
  const checker = createChecker(document);
  const paths = document['paths'] as Readonly<Record<string, Readonly<Record<string, Schema>>>>;
  const find = ({ method, path }: Exchange): Found | undefined => {
    for (const template of Object.keys(paths)) {
      const operation = paths[template]?.[method.toLowerCase()];
      const params = operation && matchTemplate(template, path);
      if (params) return { template, params, operation: checker.resolve(operation) as unknown as Operation };
    }
    return undefined;
  };
  const checkExchange = (given: Exchange) => {
    const [path = '', query = ''] = given.path.split('?');
    const exchange = { ...given, path, query: given.query ?? query };
    const found = find(exchange);
    if (!found) return [`GitHub has no ${exchange.method} ${path}`];
    const problems = checkAnswer(exchange, found, checker);
    return exchange.status < 400 ? [...checkRequest(exchange, found, checker), ...problems] : problems;
  };
  return { checkExchange };
}

function matchTemplate(template: string, path: string): Record<string, string> | undefined {
  const pattern = template
    .replace(/[.]/g, '\\.')
    .replace(/\{(path|ref)\}$/, '(?<$1>.+)')
    .replace(/\{(\w+)\}/g, '(?<$1>[^/]+)');
  const groups = new RegExp(`^${pattern}$`).exec(path)?.groups ?? (template === path ? {} : undefined);
  return groups && Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value)]));
}

function checkRequest(exchange: Exchange, found: Found, checker: Checker): string[] {
  const body = parse(exchange.requestBody);
  if (body === INVALID) return ['The request is no JSON'];
  const query = Object.fromEntries(new URLSearchParams(exchange.query));
  return [
    ...checkParameters('path', found.params, found, checker),
    ...checkParameters('query', query, found, checker),
    ...checkRequestBody(body, found.operation, checker),
  ];
}

function checkParameters(where: 'path' | 'query', given: object, { operation }: Found, checker: Checker): string[] {
  const wanted = (operation.parameters ?? []).filter((parameter) => parameter.in === where);
  const schema = {
    type: 'object',
    properties: Object.fromEntries(wanted.map((one) => [one.name, one.schema])),
    required: wanted.filter(({ required }) => required).map(({ name }) => name),
    // GitHub ignores unknown members. A misspelled one would go unnoticed, so it counts as an error here.
    additionalProperties: false,
  };
  return checker.check(`The ${where}`, schema, { ...given }, { coerce: true });
}

function checkRequestBody(body: unknown, { requestBody }: Operation, checker: Checker): string[] {
  const schema = requestBody?.content?.['application/json']?.schema;
  if (!schema) return body === undefined ? [] : ['The request has a body, and GitHub takes none'];
  if (body === undefined) return requestBody?.required ? ['The request has no body'] : [];
  const { properties } = schema;
  const closed = properties ? { ...schema, additionalProperties: false } : schema;
  return checker.check('The request', closed, body);
}

function checkAnswer({ status, responseBody }: Exchange, { operation, template }: Found, checker: Checker): string[] {
  const documented = operation.responses[String(status)];
  if (!documented && !GENERAL_ERRORS.has(status) && UNDOCUMENTED[template] !== status)
    return [`GitHub doesn't answer ${status} here`];
  const body = parse(responseBody);
  if (status >= 400) return checkError(body);
  const schema = documented?.content?.['application/json']?.schema;
  if (!schema) return responseBody === '' ? [] : [`GitHub's answer ${status} has no body here`];
  if (body === INVALID) return template === FILE ? [] : ['The answer is no JSON'];
  return body === undefined ? ['The answer is empty'] : checker.check('The answer', schema, body);
}

function checkError(body: unknown): string[] {
  const { message, documentation_url } = (typeof body === 'object' && body !== null ? body : {}) as Schema;
  const right = typeof message === 'string' && typeof documentation_url === 'string';
  return right ? [] : ['The answer is an error without message and documentation_url'];
}

const INVALID = Symbol('no JSON');

function parse(text: string | undefined): unknown {
  if (!text) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return INVALID;
  }
}
