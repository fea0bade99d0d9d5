/**
 * GitHub's own description of its REST API as a referee: whether requests are what GitHub takes, and answers what
 * it gives. `github-openapi.json` is made by `scripts/trim-openapi.ts`.
 */
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { matchRoute, type Template } from './openapi-paths.js';

/** A request and its answer, as the sandbox records them. */
export interface Exchange {
  readonly method: string;
  /** With its query, or without and the query apart. */
  readonly path: string;
  /** `page=1&per_page=100` */
  readonly query?: string;
  /** Text as it was sent; '' for none. */
  readonly requestBody?: string;
  readonly status: number;
  readonly responseBody: string;
}

export interface Referee {
  /** What GitHub would object to, a sentence each; empty when all is well. An error answer excuses its request. */
  checkExchange(exchange: Exchange): string[];
}

type Node = Record<string, unknown>;

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema: Node;
}

interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: Content & { readonly required?: boolean };
  readonly responses: Readonly<Record<string, Content>>;
}

interface Content {
  readonly content?: { readonly 'application/json'?: { readonly schema: Node } };
}

/** Any call may be answered so, documented with it or not. */
const GENERAL_ERRORS = new Set([400, 401, 403, 404, 422, 429, 500, 502, 503]);
const FORMATS = { 'date-time': isTime, uri: isUri, int64: () => true };
const FILE = '/repos/{owner}/{repo}/contents/{path}';

/** Reads GitHub's description; takes some 50 ms. A call is looked at when it first comes up. */
export function createReferee(): Referee {
  const text = readFileSync(new URL('github-openapi.json', import.meta.url), 'utf8');
  const document = JSON.parse(text) as Node;
  const paths = document['paths'] as Record<string, Record<string, Node>>;
  const operations = new Map<Node, Operation>();
  const check = createChecker();
  return {
    checkExchange(given) {
      const exchange = address(given);
      const match = matchPath(Object.keys(paths), exchange.path);
      const node = match && paths[match.template]?.[exchange.method.toLowerCase()];
      if (!node) return [`GitHub has no ${exchange.method} ${exchange.path}`];
      const operation = operations.get(node) ?? (resolve(node, document) as unknown as Operation);
      operations.set(node, operation);
      const problems = checkAnswer(exchange, { ...operation, isFile: match.template === FILE }, check);
      return exchange.status < 400 ? [...checkRequest(exchange, { operation, match }, check), ...problems] : problems;
    },
  };
}

/** Complaints about a value, one a line. */
type Check = (what: string, schema: Node, value: unknown) => string[];

/** `loose` takes text for numbers, as in an address. */
function createChecker(): { strict: Check; loose: Check } {
  const [strict, loose] = [false, true].map((coerceTypes) => {
    const ajv = new Ajv({ strict: false, allErrors: true, coerceTypes });
    for (const [name, validate] of Object.entries(FORMATS)) ajv.addFormat(name, { validate });
    return (what: string, schema: Node, value: unknown) => {
      const validate = ajv.compile(schema);
      validate(value);
      return (validate.errors ?? []).map(({ instancePath, message, params }) => {
        const extra = 'additionalProperty' in params ? `: ${String(params['additionalProperty'])}` : '';
        return `${what}: ${instancePath || '/'} ${message}${extra}`;
      });
    };
  });
  return { strict: strict as Check, loose: loose as Check };
}

/** The query may come with the path or apart. */
function address(exchange: Exchange): Exchange {
  const [path = '', query] = exchange.path.split('?');
  return { ...exchange, path, query: exchange.query ?? query ?? '' };
}

@@REST@@/** With every `$ref` replaced by what it means. GitHub's descriptions have no cycles here. */
function resolve(document: Node): Node {
  const visit = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(visit);
    if (typeof value !== 'object' || value === null) return value;
    const node = value as Node;
    if (typeof node['$ref'] === 'string') return visit(lookUp(document, node['$ref']));
    return Object.fromEntries(Object.entries(typed(node)).map(([key, item]) => [key, visit(item)]));
  };
  return { ...document, paths: visit(document['paths']), components: {} };
}

function lookUp(document: Node, reference: string): unknown {
  return reference
    .slice(2)
    .split('/')
    .reduce<unknown>((node, key) => (node as Node)[key], document);
}

/** `nullable` beside `anyOf` says in OpenAPI 3.0 what JSON Schema says with one alternative more. */
function typed(node: Node): Node {
  if (node['nullable'] !== true || node['type'] !== undefined || !Array.isArray(node['anyOf'])) return node;
  const { nullable: _, ...rest } = node;
  return { ...rest, anyOf: [...node['anyOf'], { type: 'object', nullable: true, enum: [null] }] };
}

function isTime(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text));
}

function isUri(text: string): boolean {
  return URL.canParse(text) || /^[a-z][a-z0-9+.-]*:\S+$/i.test(text);
}
