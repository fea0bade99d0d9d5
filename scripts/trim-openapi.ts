/**
 * Reduces GitHub's OpenAPI description to the paths that the sandbox's GitHub answers, for
 * `test/contract/github-openapi.ts`.
 *
 *   npm pack @octokit/openapi && tar xzf octokit-openapi-*.tgz
 *   npx tsx scripts/trim-openapi.ts package
 *
 * The package is 390 MB unpacked, so it is not a dependency. Run this by hand when the sandbox gets a new path, or when
 * GitHub's description changes. Paths that only Enterprise Cloud has come from its description.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { GITHUB_ROUTES } from '../sandbox/github/routes/server.js';
import { readOrExit } from '../src/terminal/command-line.js';
import { existing } from '../src/terminal/options.js';
import { plural } from '../src/core/kernel/plural.js';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type JsonObject = { [key: string]: Json };

const TARGET = new URL('../test/contract/github-openapi.json', import.meta.url);
/** Keys that explain and do not affect validation. */
const PROSE = new Set([
  'description',
  'summary',
  'title',
  'example',
  'examples',
  'externalDocs',
  'tags',
  'x-github',
  'callbacks',
]);

async function main(folder: string): Promise<void> {
  const { version } = readJson(join(folder, 'package.json')) as { version: string };
  const sources = ['api.github.com.json', 'ghec.json'].map((name) => readJson(join(folder, 'generated', name)));
  const paths: JsonObject = {};
  const components: JsonObject = {};
  const missing: string[] = [];
  for (const { method, template } of GITHUB_ROUTES) {
    const source = sources.find((one) => operationAt(one, template, method));
    const operation = source && operationAt(source, template, method);
    if (!source || !operation) {
      missing.push(`${method} ${template}`);
      continue;
    }
    const kept = trim(operation) as JsonObject;
    paths[template] = { ...(paths[template] as JsonObject | undefined), [method.toLowerCase()]: kept };
    collect(kept, source, components);
  }
  const info = { title: 'The part of GitHub that the sandbox answers', version: `@octokit/openapi ${version}` };
  const text = JSON.stringify({ openapi: '3.0.3', info, paths, components }, null, 2);
  const style = await resolveConfig(TARGET);
  writeFileSync(TARGET, await format(text, { ...style, parser: 'json' }));
  console.log(`${plural(Object.keys(paths).length, 'path')}; not described by GitHub: ${missing.join(', ') || 'none'}`);
}

function readJson(file: string): JsonObject {
  return JSON.parse(readFileSync(file, 'utf8')) as JsonObject;
}

function operationAt(source: JsonObject, template: string, method: string): JsonObject | undefined {
  const operations = (source['paths'] as JsonObject)[template] as JsonObject | undefined;
  return operations?.[method.toLowerCase()] as JsonObject | undefined;
}

/** Removes prose and media types other than JSON. Below `properties` every key is a name, not a keyword. */
function trim(value: Json, names = false): Json {
  if (Array.isArray(value)) return value.map((item) => trim(item));
  if (typeof value !== 'object' || value === null) return value;
  const isContent = Object.keys(value).some((key) => key.includes('/json'));
  const kept = Object.entries(value).filter(
    ([key]) => names || (!PROSE.has(key) && (!isContent || key === 'application/json' || !key.includes('/'))),
  );
  return Object.fromEntries(kept.map(([key, item]) => [key, correct(key, trim(item, !names && key === 'properties'))]));
}

/**
 * Corrects two errors of the description: one listing requires an account to be a user and an enterprise, all others one
 * of them; and a pull request's head must have a repository, which is null when the fork was deleted.
 */
function correct(key: string, value: Json): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const { allOf, properties } = value;
  if (key === 'account' && allOf) return { ...without(value, 'allOf'), anyOf: allOf };
  const repo = key === 'head' && (properties as JsonObject | undefined)?.['repo'];
  if (!repo) return value;
  return { ...value, properties: { ...(properties as JsonObject), repo: { nullable: true, allOf: [repo] } } };
}

function without(value: JsonObject, key: string): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
}

/** Adds the components that `value` refers to, directly or through others. */
function collect(value: Json, source: JsonObject, components: JsonObject): void {
  if (typeof value !== 'object' || value === null) return;
  const reference = Array.isArray(value) ? undefined : value['$ref'];
  if (typeof reference !== 'string') return Object.values(value).forEach((item) => collect(item, source, components));
  const [, , kind = '', name = ''] = reference.split('/');
  const group = (components[kind] ??= {}) as JsonObject;
  if (group[name] !== undefined) return;
  const target = trim(((source['components'] as JsonObject)[kind] as JsonObject)[name] ?? {});
  group[name] = target;
  collect(target, source, components);
}

const { positionals } = readOrExit({
  command: 'npx tsx scripts/trim-openapi.ts',
  description: "Writes the part of GitHub's OpenAPI description that the tests use.",
  options: {},
  positionals: { description: 'Of the unpacked @octokit/openapi.', kind: existing('folder'), least: 1, most: 1 },
});
await main(positionals[0]!);
