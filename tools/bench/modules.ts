import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildReadable } from '../../scripts/build.js';
import { nameModule, sumUp, type ModuleSize } from './module-sizes.js';

/** The modules in the bundles, the largest first. Builds readable bundles, because minified code cannot be assigned to modules. */
export async function listModules(): Promise<readonly ModuleSize[]> {
  const folder = mkdtempSync(join(tmpdir(), 'ci-actions-modules-'));
  try {
    await buildReadable(folder);
    const maps = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.js.map'));
    return sumUp(maps.flatMap((map) => measureLines(join(folder, map.slice(0, -'.map'.length)))));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The module that each line of a readable bundle comes from. */
export function readOrigins(bundle: string): readonly string[] {
  const map = new SourceMap(JSON.parse(readFileSync(`${bundle}.map`, 'utf8')) as SourceMapPayload);
  return readFileSync(bundle, 'utf8')
    .split('\n')
    .map((text, line) => {
      const entry = map.findEntry(line, text.search(/\S|$/));
      return 'originalSource' in entry ? nameModule(entry.originalSource) : "the bundler's own";
    });
}

function measureLines(bundle: string): ModuleSize[] {
  const lines = readFileSync(bundle, 'utf8').split('\n');
  return readOrigins(bundle).map((name, line) => ({ name, bytes: Buffer.byteLength(lines[line]!) + 1 }));
}
