import { Ajv, type ValidateFunction } from 'ajv';

export type Schema = Readonly<Record<string, unknown>>;

/** Checks values against the schemas of one OpenAPI 3.0 document. */
export interface Checker {
  /** A part of the document with every `$ref` resolved. */
  resolve(part: Schema): Schema;
  /** Lists the errors of a value, a line each. @param coerce accepts text for numbers, as in a URL */
  check(what: string, schema: Schema, value: unknown, how?: { readonly coerce?: boolean }): string[];
}

const FORMATS = { 'date-time': isTime, uri: isUri, email: (text: string) => text.includes('@'), 'uri-template': isUri };

export function createChecker(document: Schema): Checker {
  const [strict, coercing] = [false, true].map(createAjv) as [Ajv, Ajv];
  const resolved = new Map<Schema, Schema>();
  const compiled = new Map<string, ValidateFunction>();
  return {
    resolve(part) {
      const whole = resolved.get(part) ?? (replaceReferences(part, document) as Schema);
      resolved.set(part, whole);
      return whole;
    },
    check(what, schema, value, { coerce = false } = {}) {
      const key = `${coerce} ${JSON.stringify(schema)}`;
      const validate = compiled.get(key) ?? (coerce ? coercing : strict).compile(schema);
      compiled.set(key, validate);
      validate(value);
      return (validate.errors ?? []).map(({ instancePath, message = 'is wrong', params }) => {
        const extra = 'additionalProperty' in params ? ` (${String(params['additionalProperty'])})` : '';
        return `${what}: ${instancePath || '/'} ${message}${extra}`;
      });
    },
  };
}

function createAjv(coerceTypes: boolean): Ajv {
  const ajv = new Ajv({ strict: false, allErrors: true, coerceTypes });
  for (const [name, validate] of Object.entries(FORMATS)) ajv.addFormat(name, { type: 'string', validate });
  ajv.addFormat('int64', { type: 'number', validate: () => true });
  return ajv;
}

/** The references of the calls used here have no cycles. */
function replaceReferences(value: unknown, document: Schema): unknown {
  if (Array.isArray(value)) return value.map((item) => replaceReferences(item, document));
  if (typeof value !== 'object' || value === null) return value;
  const node = value as Schema;
  if (typeof node['$ref'] === 'string') return replaceReferences(lookUp(node['$ref'], document), document);
  const entries = Object.entries(allowNull(node)).map(([key, item]) => [key, replaceReferences(item, document)]);
  return Object.fromEntries(entries) as Schema;
}

function lookUp(reference: string, document: Schema): unknown {
  const keys = reference.slice('#/'.length).split('/');
  return keys.reduce<unknown>((node, key) => (node as Schema)[key], document);
}

/** OpenAPI 3.0's `nullable` is one more alternative, or one more allowed value, in JSON Schema. */
function allowNull(node: Schema): Schema {
  const { nullable, ...rest } = node;
  if (nullable !== true) return node;
  if (node['type'] === undefined) return { anyOf: [rest, { type: 'null' }] };
  return Array.isArray(node['enum']) ? { ...node, enum: [...(node['enum'] as unknown[]), null] } : node;
}

function isTime(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text));
}

function isUri(text: string): boolean {
  return URL.canParse(text) || /^[a-z][a-z0-9+.-]*:\S+$/i.test(text);
}
