import { fileURLToPath } from 'node:url';
import { runStep } from '../../sandbox/step.js';

/**
 * Runs a TypeScript file in a process of its own, because the bundler does not run inside jest.
 *
 * @param path from the root of the repository
 * @returns the lines of its output
 */
export async function runScript(path: string): Promise<readonly string[]> {
  const script = fileURLToPath(new URL(`../../${path}`, import.meta.url));
  const { code, lines } = await runStep({ script, inputs: {}, environment: { NODE_OPTIONS: '--import=tsx' } });
  if (code !== 0) throw new Error(lines.join('\n'));
  return lines;
}
