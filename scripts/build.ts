import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ncc from '@vercel/ncc';
import { rolldown, type InputOptions, type OutputChunk } from 'rolldown';
import { actions, stepsOf } from '../actions/index.js';
import { divideIntoGroups, entryOf, readByStart } from './bundle/chunks.js';
import { plugins } from './bundle/plugins.js';
import { root } from './bundle/root.js';
import { composeLicenses } from './print/licenses.js';
import { readOrExit } from '../src/terminal/command-line.js';
import { flag } from '../src/terminal/options.js';

type Files = Readonly<Record<string, string>>;

/**
 * Writes `dist/`, byte for byte the same at every call: a stub per step, the bundles that the stubs load in `chunks/`,
 * and the licenses of everything inside.
 */
export async function buildDist(directory = join(root, 'dist')): Promise<void> {
  const chunks = await bundle({ minify: true });
  refuseUnwanted(chunks);
  refuseMissing(chunks);
  const names = chunks.map(({ fileName }) => fileName);
  const packed = await Promise.all(chunks.map(async (one) => [`chunks/${one.fileName}`, await pack(one, names)]));
  await writeAll(directory, {
    ...renderStubs(),
    ...Object.fromEntries(packed),
    'LICENSES.txt': composeLicenses(chunks.flatMap(({ modules }) => Object.keys(modules))),
  });
}

/** Writes the same files with source maps, for reading and debugging. They are not part of what a job downloads. */
export async function buildReadable(directory = join(root, 'build/readable')): Promise<void> {
  const chunks = (await bundle({ minify: false })).flatMap(({ fileName, code, map }) => {
    const path = `chunks/${fileName}`;
    // The chunk that holds only the bundler's own code has no map.
    if (!map) return [[path, code]];
    return [
      [path, `${code}\n//# sourceMappingURL=${fileName}.map\n`],
      [`${path}.map`, map.toString()],
    ];
  });
  await writeAll(directory, { ...renderStubs(), ...Object.fromEntries(chunks) });
}

async function writeAll(directory: string, files: Files): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  await mkdir(join(directory, 'chunks'), { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
}

/**
 * The steps that the action.yml files name. CommonJS: Node loads it without its machinery for ES modules, 3 ms sooner.
 */
function renderStubs(): Files {
  const here = "require('node:url').pathToFileURL(__filename)";
  const stubs = actions.flatMap((action) =>
    Object.values(stepsOf(action)).map(({ file, run }) => [
      file,
      `void require('./chunks/${action.name}.js').${run}(new URL('..', ${here}));\n`,
    ]),
  );
  return { ...Object.fromEntries(stubs), 'package.json': '{ "type": "commonjs" }\n' };
}

/** Bundles with rolldown, which leaves out unused code. ncc alone includes packages whole, in their CommonJS form. */
async function bundle({ minify }: { minify: boolean }): Promise<OutputChunk[]> {
  const input = Object.fromEntries(actions.map((action) => [action.name, entryOf(action)]));
  const build = await rolldown({ ...inputOptions, cwd: root, input, plugins: [...plugins] });
  const { output } = await build.generate({
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
    format: 'cjs',
    minify,
    codeSplitting: { groups: divideIntoGroups() },
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
    // For Node the package exports its CommonJS form, from which unused code cannot be left out.
    alias: { yaml: join(root, 'node_modules/yaml/browser/dist/index.js') },
  },
  // Importing the toolkit has no effect, though its packages do not declare that. Without this setting, unused
  // functions keep their imports, above all @actions/http-client and its undici (0.4 MB).
  treeshake: {
    moduleSideEffects: [{ test: /\/node_modules\/@actions\//, sideEffects: false }],
    // js-yaml's writer and its tags of YAML 1.1 (3 kB) are not used.
    manualPureFunctions: ['defineScalarTag', 'defineSequenceTag', 'defineMappingTag', 'Schema'],
  },
};

function refuseUnwanted(chunks: readonly OutputChunk[]): void {
  const unwanted = chunks
    .filter(({ name }) => readByStart.includes(name))
    .flatMap(({ modules }) => Object.keys(modules))
    .filter((id) => /node_modules\/(undici|@actions\/http-client)\//.test(id));
  if (unwanted.length > 0)
    throw new Error(`These modules must not be in what every start reads:\n${unwanted.join('\n')}`);
}

/** @throws Error for a step whose function the action's module does not export */
function refuseMissing(chunks: readonly OutputChunk[]): void {
  for (const action of actions) {
    const exported = chunks.find(({ name }) => name === action.name)?.exports ?? [];
    for (const { run } of Object.values(stepsOf(action)))
      if (!exported.includes(run)) throw new Error(`actions/${action.name}.ts does not export \`${run}\`.`);
  }
}

async function pack(chunk: OutputChunk, names: readonly string[]): Promise<string> {
  const input = join(root, 'build/shaken', chunk.name, 'index.cjs');
  await mkdir(dirname(input), { recursive: true });
  await writeFile(input, chunk.code);
  const externals = Object.fromEntries(names.map((name) => [`./${name}`, `./${name}`]));
  const { code, assets } = await ncc(input, { cache: false, quiet: true, minify: true, externals });
  const extra = Object.keys(assets).filter((name) => name !== 'package.json');
  if (extra.length > 0) throw new Error(`ncc needs files beside the bundle: ${extra.join(', ')}`);
  return escapeToAscii(code);
}

/** With one character beyond Latin-1, V8 holds the whole file in two bytes a character. */
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
