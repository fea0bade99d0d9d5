/** `ami/build.sh`: builds, tests and publishes images. See `--help` and ami/README.md. */
import { fileURLToPath } from 'node:url';
import { buildPreset, type Outcome } from './make/build.js';
import { readOptions, type BuildOptions } from './make/options.js';
import { interruption } from './make/interruption.js';

const root = fileURLToPath(new URL('..', import.meta.url));

async function main(options: BuildOptions): Promise<number> {
  const signal = interruption();
  const outcomes: Outcome[] = [];
  for (const preset of options.presets) {
    if (!signal.aborted) outcomes.push(await buildPreset({ preset, options, root, signal }));
  }
  for (const { preset, says } of outcomes) console.log(`${preset.padEnd(6)} ${says}`);
  return outcomes.every(({ isGood }) => isGood) && !signal.aborted ? 0 : 1;
}

const options = readOptions(process.argv.slice(2));
process.exitCode = typeof options === 'number' ? options : await main(options);
