import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ncc from '@vercel/ncc';
import { rolldown, type InputOptions, type OutputChunk, type Plugin } from 'rolldown';
import { composeLicenses } from './print/licenses.js';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Steps as the action.yml files name them, and the function of the bundle that each calls. */
const stubs = {
  'check-tests.js': 'runCheckTests',
  'fill-pool.js': 'runFillPool',
  'reap-runners.js': 'runReapRunners',
  'report-tests.js': 'runReportTests',
  'run-tox.js': 'runRunTox',
  'start-runner.js': 'runStartRunner',
  'start-runner-post.js': 'runStartRunnerPost',
  'stop-runner.js': 'runStopRunner',
};

/** What is loaded only where it is needed, by the way in which the sources import it. */
const chunks = { './proxy-agents.js': './proxy.js', '../src/core/yaml.js': './yaml.js' } as const;
const entries = {
  'index.js': 'actions/index.ts',
  'proxy.js': 'src/host/proxy-agents.ts',
  'yaml.js': 'src/core/yaml.ts',
};

/**
 * Prints `dist/`, byte for byte the same at every call: one bundle for all actions, one that it loads only where a
 * proxy is set and one where there is a presets file, a stub per step, and the licences of everything inside.
 */
export async function buildDist(directory = join(root, 'dist')): Promise<void> {
  const names = Object.keys(entries) as (keyof typeof entries)[];
  const bundles = await Promise.all(names.map((name) => bundle(name, { minify: true })));
  refuseUnwanted(bundles[0]!);
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  const files = {
    ...Object.fromEntries(await Promise.all(bundles.map(async (one, at) => [names[at]!, await pack(one)] as const))),
    'package.json': '{ "type": "module" }\n',
    'LICENSES.txt': composeLicenses(bundles.flatMap(({ modules }) => Object.keys(modules))),
    ...Object.fromEntries(Object.entries(stubs).map(([name, run]) => [name, renderStub(run)])),
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
}

/** The same bundles for reading and debugging, with source maps: never part of what a job downloads. */
export async function buildReadable(directory = join(root, 'build/readable')): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  for (const name of Object.keys(entries) as (keyof typeof entries)[]) {
    const { code, map } = await bundle(name, { minify: false });
    await writeFile(join(directory, name), `${code}\n//# sourceMappingURL=${name}.map\n`);
    await writeFile(join(directory, `${name}.map`), map?.toString() ?? '');
  }
  await writeFile(join(directory, 'package.json'), '{ "type": "module" }\n');
  for (const [name, run] of Object.entries(stubs)) await writeFile(join(directory, name), renderStub(run));
}

function renderStub(run: string): string {
  return `import { ${run} } from './index.js';\nawait ${run}(new URL('..', import.meta.url));\n`;
}

/** Shakes one entry down to what it uses. ncc alone takes packages whole, in their CommonJS form. */
async function bundle(name: keyof typeof entries, { minify }: { minify: boolean }): Promise<OutputChunk> {
  const build = await rolldown({
    ...inputOptions,
    cwd: root,
    input: join(root, entries[name]),
    plugins: plugins[name],
  });
  const { output } = await build.generate({ format: 'esm', minify, codeSplitting: false, sourcemap: !minify });
  await build.close();
  if (output.length > (minify ? 1 : 2)) throw new Error(`${name} fell into ${output.length} files`);
  return output[0];
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

const keepChunksApart: Plugin = {
  name: 'keep-chunks-apart',
  resolveId: (source) => (isChunk(source) ? { id: chunks[source], external: true } : undefined),
};

function isChunk(source: string): source is keyof typeof chunks {
  return source in chunks;
}

/** The toolkit needs undici for `fetch` through a proxy only; ours is built on its Node agents. */
const leaveOutUndici: Plugin = {
  name: 'leave-out-undici',
  resolveId: (source) => (source === 'undici' ? '\0no-undici' : undefined),
  load: (id) => (id === '\0no-undici' ? 'export const ProxyAgent = undefined;' : undefined),
};

/** The package tunnel calls `new Buffer`, of which Node warns in the user's log when it isn't in node_modules. */
const renewBuffer: Plugin = {
  name: 'renew-buffer',
  transform: (code, id) => (/\/tunnel\/lib\//.test(id) ? code.replaceAll('new Buffer(', 'Buffer.from(') : undefined),
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
      ? code.replace(/^n\d_registry\.registerError\(.*$/gm, '')
      : undefined,
};

/** Of these nothing here is ever called: `aws login`, which needs a browser, and streams of events. */
const uncalled: Readonly<Record<string, readonly string[]>> = {
  '@aws-sdk/credential-provider-login': ['fromLoginCredentials'],
  '@smithy/core/event-streams': ['EventStreamSerde', 'eventStreamSerdeProvider'],
};
const leaveOutUncalled: Plugin = {
  name: 'leave-out-uncalled',
  resolveId: (source) => (source in uncalled ? `\0uncalled:${source}` : undefined),
  load: (id) => (id.startsWith('\0uncalled:') ? renderUncalled(id.slice('\0uncalled:'.length)) : undefined),
};

function renderUncalled(name: string): string {
  const refuse = `const refuse = () => { throw new Error("${name} is not part of ci-actions"); };`;
  return [refuse, ...uncalled[name]!.map((one) => `export { refuse as ${one} };`)].join('\n');
}

const plugins: Record<keyof typeof entries, Plugin[]> = {
  'index.js': [keepChunksApart, leaveOutEndpoints, leaveOutErrorClasses, leaveOutUncalled],
  'proxy.js': [leaveOutUndici, renewBuffer],
  'yaml.js': [],
};

function refuseUnwanted(chunk: OutputChunk): void {
  const unwanted = Object.keys(chunk.modules).filter((id) => /node_modules\/(undici|@actions\/http-client)\//.test(id));
  if (unwanted.length > 0) throw new Error(`These have no business in the main bundle:\n${unwanted.join('\n')}`);
}

/** Lets ncc wrap the one file: it loads Node's own modules by `require`, which spares `node:http` its undici. */
async function pack(chunk: OutputChunk): Promise<string> {
  const input = join(root, 'build/shaken', chunk.name, 'index.mjs');
  await mkdir(dirname(input), { recursive: true });
  await writeFile(input, leaveImportsAlone(chunk.code));
  const { code, assets } = await ncc(input, { cache: false, quiet: true });
  const extra = Object.keys(assets).filter((name) => name !== 'package.json');
  if (extra.length > 0) throw new Error(`ncc wants files beside the bundle: ${extra.join(', ')}`);
  return code;
}

/** webpack, inside ncc, would make a static import of the import of a chunk: then it would be read at every start. */
function leaveImportsAlone(code: string): string {
  return code.replaceAll(/\bimport\((["'`]\.\/)/g, 'import(/* webpackIgnore: true */ $1');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--readable')) await buildReadable();
  else await buildDist();
}
