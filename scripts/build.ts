import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ncc from '@vercel/ncc';
import { rolldown, type InputOptions, type OutputChunk, type Plugin } from 'rolldown';
import { composeLicenses } from './print/licenses.js';
import { readOrExit } from './terminal/command-line.js';
import { flag } from './terminal/options.js';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What each action's file in `dist/` is made of. */
const entries = {
  'check.js': 'actions/check-tests.ts',
  'fill.js': 'actions/fill-pool.ts',
  'reap.js': 'actions/reap-runners.ts',
  'report.js': 'actions/report-tests.ts',
  'start.js': 'actions/start-runner.ts',
  'stop.js': 'actions/stop-runner.ts',
  'tox.js': 'actions/run-tox.ts',
} as const;

/** Steps as the action.yml files name them: the file that each reads, and the function there that it calls. */
const stubs: Readonly<Record<string, readonly [keyof typeof entries, string]>> = {
  'check-tests.js': ['check.js', 'runCheckTests'],
  'fill-pool.js': ['fill.js', 'runFillPool'],
  'reap-runners.js': ['reap.js', 'runReapRunners'],
  'report-tests.js': ['report.js', 'runReportTests'],
  'run-tox.js': ['tox.js', 'runRunTox'],
  'start-runner.js': ['start.js', 'runStartRunner'],
  'start-runner-post.js': ['start.js', 'runStartRunnerPost'],
  'stop-runner.js': ['stop.js', 'runStopRunner'],
};

/**
 * What the actions share, in files of which each takes from those before it. V8 keeps what it needed to parse the largest
 * file, so one file of everything would cost 4 MiB more. `core` is what a start reads, `rest` what only
 * a stop, a reaper and a pool do, `tests` what only the actions around tests do; `credentials` is for whoever has his AWS credentials from elsewhere than the environment. What the sources import by
 * `import()` are files without being told.
 */
const groups = [
  { name: 'smithy', test: /node_modules\/@smithy\/(?!credential-provider-imds|core\/.*\/json\/)/ },
  {
    name: 'aws',
    test: /node_modules\/@aws-sdk\/(?!credential-provider-(?!env|node)|nested-clients|client-ssm|core\/.*\/json\/)/,
  },
  { name: 'github', test: /node_modules\/(@octokit|@actions\/(core|github))\// },
  { debugName: 'core', name: nameShared, test: isShared },
  { name: 'parameters', test: /client-ssm|\/json\/|src\/ec2\/parameters/ },
  { name: 'credentials', test: /credential-provider|nested-clients|\0uncalled/ },
].map((group, at, { length }) => ({ ...group, priority: length - at }));
const early = ['smithy', 'aws', 'github', 'core', 'start'];

/** Ours, and neither where an action begins nor what is read only where it is needed. */
function isShared(id: string): boolean {
  const path = relative(root, id);
  if (Object.values<string>(entries).includes(path)) return false;
  return /^(src|actions)\//.test(path) && !/\/(yaml|proxy-agents|parameters)\.ts$/.test(path);
}

interface Graph {
  getModuleInfo(id: string): { readonly importedIds: readonly string[] } | null;
}

function nameShared(id: string, graph: Graph): string {
  const isReached = (entry: keyof typeof entries) => findReached(join(root, entries[entry]), graph).has(id);
  if (isReached('start.js')) return 'core';
  return (['stop.js', 'reap.js', 'fill.js'] as const).some(isReached) ? 'rest' : 'tests';
}

/** What a module imports, and what that imports, but for what is imported by `import()`. */
function findReached(id: string, graph: Graph, reached = new Set<string>()): ReadonlySet<string> {
  if (reached.has(id)) return reached;
  reached.add(id);
  for (const next of graph.getModuleInfo(id)?.importedIds ?? []) findReached(next, graph, reached);
  return reached;
}

/**
 * Prints `dist/`, byte for byte the same at every call: the bundles that all actions share, a stub per step, and the
 * licences of everything inside.
 */
export async function buildDist(directory = join(root, 'dist')): Promise<void> {
  const chunks = await bundle({ minify: true });
  refuseUnwanted(chunks);
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  const names = chunks.map(({ fileName }) => fileName);
  const files = {
    ...Object.fromEntries(
      await Promise.all(chunks.map(async (one) => [one.fileName, await pack(one, names)] as const)),
    ),
    'package.json': '{ "type": "commonjs" }\n',
    'LICENSES.txt': composeLicenses(chunks.flatMap(({ modules }) => Object.keys(modules))),
    ...Object.fromEntries(Object.entries(stubs).map(([name, [file, run]]) => [name, renderStub(file, run)])),
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
}

/** The same bundles for reading and debugging, with source maps: never part of what a job downloads. */
export async function buildReadable(directory = join(root, 'build/readable')): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  for (const { fileName, code, map } of await bundle({ minify: false })) {
    // What is the bundler's own alone has none.
    await writeFile(join(directory, fileName), map ? `${code}\n//# sourceMappingURL=${fileName}.map\n` : code);
    if (map) await writeFile(join(directory, `${fileName}.map`), map.toString());
  }
  await writeFile(join(directory, 'package.json'), '{ "type": "commonjs" }\n');
  for (const [name, [file, run]] of Object.entries(stubs))
    await writeFile(join(directory, name), renderStub(file, run));
}

/** CommonJS: Node loads it without its machinery for ES modules, 3 ms sooner. */
function renderStub(file: string, run: string): string {
  const here = "require('node:url').pathToFileURL(__filename)";
  return `void require('./${file}').${run}(new URL('..', ${here}));\n`;
}

/** Shakes everything down to what is used. ncc alone takes packages whole, in their CommonJS form. */
async function bundle({ minify }: { minify: boolean }): Promise<OutputChunk[]> {
  const input = Object.fromEntries(
    Object.entries(entries).map(([name, path]) => [name.replace(/\.js$/, ''), join(root, path)]),
  );
  const build = await rolldown({ ...inputOptions, cwd: root, input, plugins });
  const names = { entryFileNames: '[name].js', chunkFileNames: '[name].js' };
  const { output } = await build.generate({
    ...names,
    format: 'cjs',
    minify,
    codeSplitting: { groups },
    sourcemap: !minify,
  });
  await build.close();
  return output.filter((one) => one.type === 'chunk');
}

const inputOptions: InputOptions = {
  platform: 'node',
  transform: { target: 'node20' },
  resolve: {
    mainFields: ['module', 'main'],
    conditionNames: ['import', 'node', 'module', 'default'],
    // The package gives Node its CommonJS form, of which nothing can be shaken off.
    alias: { yaml: join(root, 'node_modules/yaml/browser/dist/index.js') },
  },
  // Importing the toolkit does nothing by itself, though its packages don't say so: with this, a function that
  // nobody calls takes its imports along, above all @actions/http-client and its undici (0.4 MB).
  treeshake: { moduleSideEffects: [{ test: /\/node_modules\/@actions\//, sideEffects: false }] },
};

/** The toolkit needs undici for `fetch` through a proxy only; ours is built on its Node agents. */
const leaveOutUndici: Plugin = {
  name: 'leave-out-undici',
  resolveId: (source) => (source === 'undici' ? '\0no-undici' : undefined),
  load: (id) => (id === '\0no-undici' ? 'export const [ProxyAgent, fetch] = [];' : undefined),
};

/** The package tunnel calls `new Buffer`, of which Node warns in the user's log when it isn't in node_modules. */
const renewBuffer: Plugin = {
  name: 'renew-buffer',
  transform: (code, id) =>
    /\/tunnel\/lib\//.test(id) ? { code: code.replaceAll('new Buffer(', 'Buffer.from('), map: null } : undefined,
};

/** Our requests name their routes, so Octokit's table of a thousand methods (80 kB) is never looked into. */
const leaveOutEndpoints: Plugin = {
  name: 'leave-out-endpoints',
  load: (id) => (/plugin-rest-endpoint-methods\/.*\/endpoints\.js$/.test(id) ? 'export default {};' : undefined),
  transform(code, id) {
    if (id.startsWith(join(root, 'src')) && /octokit\.rest\b/.test(code)) this.error(`${id}: name the route instead`);
  },
};

/** SSM's 140 error classes (60 kB), STS's and SSO's: without them an error is a service exception of the same name. */
const leaveOutErrorClasses: Plugin = {
  name: 'leave-out-error-classes',
  transform: (code, id) =>
    /(client-ssm|nested-clients)\/dist-es\/.*schemas\//.test(id)
      ? { code: code.replace(/^n\d_registry\.registerError\(.*$/gm, ''), map: null }
      : undefined,
};

/** What the SDK tries again, for credentials, it does in one way: `AWS_RETRY_MODE=adaptive` is like `standard`. */
const leaveOutAdaptiveRetries: Plugin = {
  name: 'leave-out-adaptive-retries',
  load: (id) =>
    id.endsWith('retry/util-retry/AdaptiveRetryStrategy.js')
      ? `import { StandardRetryStrategy } from './StandardRetryStrategy.js';
         export const AdaptiveRetryStrategy = function (_, options) { return new StandardRetryStrategy(options); };`
      : undefined,
};

const BROWSER =
  'This profile signs in at a browser, which no workflow can: `aws configure export-credentials --format env` tells its keys.';
/** What no workflow calls: sign-ins at a browser (0.06 MB), and streams of events. What it says when one does. */
const uncalled: Readonly<Record<string, { readonly names: readonly string[]; readonly says: string }>> = {
  '@aws-sdk/credential-provider-sso': { names: ['fromSSO'], says: BROWSER },
  '@aws-sdk/credential-provider-login': { names: ['fromLoginCredentials'], says: BROWSER },
  '@smithy/core/event-streams': {
    names: ['EventStreamSerde', 'eventStreamSerdeProvider'],
    says: 'Streams of events are not part of ci-actions.',
  },
};
const leaveOutUncalled: Plugin = {
  name: 'leave-out-uncalled',
  resolveId: (source) => (source in uncalled ? `\0uncalled:${source}` : undefined),
  load: (id) => (id.startsWith('\0uncalled:') ? renderUncalled(id.slice('\0uncalled:'.length)) : undefined),
};

function renderUncalled(name: string): string {
  const { names, says } = uncalled[name]!;
  const refuse = `const refuse = () => { throw new Error(${JSON.stringify(says)}); };`;
  return [refuse, ...names.map((one) => `export { refuse as ${one} };`)].join('\n');
}

const plugins = [
  leaveOutAdaptiveRetries,
  leaveOutEndpoints,
  leaveOutErrorClasses,
  leaveOutUncalled,
  leaveOutUndici,
  renewBuffer,
];

function refuseUnwanted(chunks: readonly OutputChunk[]): void {
  const unwanted = chunks
    .filter(({ name }) => early.includes(name))
    .flatMap(({ modules }) => Object.keys(modules))
    .filter((id) => /node_modules\/(undici|@actions\/http-client)\//.test(id));
  if (unwanted.length > 0) throw new Error(`These have no business in what every start reads:\n${unwanted.join('\n')}`);
}

async function pack(chunk: OutputChunk, names: readonly string[]): Promise<string> {
  const input = join(root, 'build/shaken', chunk.name, 'index.cjs');
  await mkdir(dirname(input), { recursive: true });
  await writeFile(input, chunk.code);
  const externals = Object.fromEntries(names.map((name) => [`./${name}`, `./${name}`]));
  const { code, assets } = await ncc(input, { cache: false, quiet: true, minify: true, externals });
  const extra = Object.keys(assets).filter((name) => name !== 'package.json');
  if (extra.length > 0) throw new Error(`ncc wants files beside the bundle: ${extra.join(', ')}`);
  return escapeToAscii(code);
}

/** One character beyond Latin-1, and V8 holds the whole file in two bytes a character. */
function escapeToAscii(code: string): string {
  return code.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = readOrExit({
    command: 'npx tsx scripts/build.ts',
    description: 'Builds the bundles in dist/.',
    options: { readable: flag('Write readable bundles with source maps to build/readable/ instead.') },
  });
  await (values.readable ? buildReadable() : buildDist());
}
