import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ncc from '@vercel/ncc';
import { rolldown, type InputOptions, type OutputChunk, type Plugin } from 'rolldown';
import { composeLicenses } from './print/licenses.js';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Steps as the action.yml files name them, and the function of the bundle that each calls. */
const stubs = {
  'fill-pool.js': 'runFillPool',
  'reap-runners.js': 'runReapRunners',
  'start-runner.js': 'runStartRunner',
  'start-runner-post.js': 'runStartRunnerPost',
  'stop-runner.js': 'runStopRunner',
};

const entries = { 'index.js': 'actions/index.ts', 'proxy.js': 'src/host/proxy-agents.ts' };

/**
 * Prints `dist/`, byte for byte the same at every call: one bundle for all actions, a second one that it loads
 * only where a proxy is set, a stub per step, and the licences of everything inside.
 */
export async function buildDist(directory = join(root, 'dist')): Promise<void> {
  const main = await bundle('index.js', { minify: true });
  const proxy = await bundle('proxy.js', { minify: true });
  refuseUnwanted(main);
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  const files = {
    'index.js': await pack(main),
    'proxy.js': await pack(proxy),
    'package.json': '{ "type": "module" }\n',
    'LICENSES.txt': composeLicenses([...Object.keys(main.modules), ...Object.keys(proxy.modules)]),
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
    plugins:
      name === 'proxy.js' ? [leaveOutUndici, renewBuffer] : [keepProxyApart, leaveOutEndpoints, leaveOutErrorClasses],
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

const keepProxyApart: Plugin = {
  name: 'keep-proxy-apart',
  resolveId: (source) => (source === './proxy-agents.js' ? { id: './proxy.js', external: true } : undefined),
};

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

/** SSM's 140 error classes (60 kB): without them an error is an SSMServiceException that carries the same name. */
const leaveOutErrorClasses: Plugin = {
  name: 'leave-out-error-classes',
  transform: (code, id) =>
    /client-ssm\/dist-es\/schemas\//.test(id) ? code.replace(/^n\d_registry\.registerError\(.*$/gm, '') : undefined,
};

function refuseUnwanted(chunk: OutputChunk): void {
  const unwanted = Object.keys(chunk.modules).filter((id) => /node_modules\/(undici|@actions\/http-client)\//.test(id));
  if (unwanted.length > 0) throw new Error(`These have no business in the main bundle:\n${unwanted.join('\n')}`);
}

/** Lets ncc wrap the one file: it loads Node's own modules by `require`, which spares `node:http` its undici. */
async function pack(chunk: OutputChunk): Promise<string> {
  const input = join(root, 'build/shaken', chunk.name, 'index.mjs');
  await mkdir(dirname(input), { recursive: true });
  await writeFile(input, chunk.code);
  const { code, assets } = await ncc(input, { cache: false, quiet: true, externals: { './proxy.js': './proxy.js' } });
  const names = Object.keys(assets).filter((name) => name !== 'package.json');
  if (names.length > 0) throw new Error(`ncc wants files beside the bundle: ${names.join(', ')}`);
  return code;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--readable')) await buildReadable();
  else await buildDist();
}
