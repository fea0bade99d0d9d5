import { fileURLToPath } from 'node:url';
import { buildPreset, type BuildResult } from '../make/build.js';
import { interruption } from '../make/interruption.js';
import { buildCommandLine, toBuildOptions, type BuildOptions } from '../make/options.js';
import { defineCommand, printResult } from '../../src/commands/command.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

export default defineCommand({
  ...buildCommandLine,
  summary: 'builds images, tests each on an instance and publishes it',
  run: (input) => buildAll(toBuildOptions(input)),
});

async function buildAll(options: BuildOptions): Promise<number> {
  const signal = interruption();
  const results: BuildResult[] = [];
  for (const preset of options.presets) {
    if (!signal.aborted) results.push(await buildPreset({ preset, options, root, signal }));
  }
  for (const { preset, summary } of results) printResult(`${preset.padEnd(6)} ${summary}`);
  return results.every(({ isGood }) => isGood) && !signal.aborted ? 0 : 1;
}
