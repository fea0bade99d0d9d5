import { fileURLToPath } from 'node:url';
import { runStep } from '../../sandbox/step.js';

/** Runs a file of `scripts/` in its own process, because the bundler cannot run inside jest. @returns its output lines */
export async function runScript(name: string): Promise<readonly string[]> {
  const script = fileURLToPath(new URL(`../../scripts/${name}`, import.meta.url));
  const { code, lines } = await runStep({ script, inputs: {}, environment: { NODE_OPTIONS: '--import=tsx' } });
  if (code !== 0) throw new Error(lines.join('\n'));
  return lines;
}
