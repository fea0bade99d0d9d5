import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Prints until its output has no reader, and then some more lines. Exits like an action. */
const script = `
  import { listenForCancellation } from './src/host/signals.ts';
  import { runAction } from './src/host/exit.ts';
  const signal = listenForCancellation('Do that.');
  await runAction(async () => {
    while (!signal.aborted) {
      console.log('still here');
      await new Promise((done) => setTimeout(done, 5));
    }
    console.log('cleaning up');
    throw signal.reason;
  });`;

test('A step whose runner has died is cancelled, and ends', async () => {
  const options = { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] as ['ignore', 'pipe', 'pipe'] };
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], options);
  const guard = setTimeout(() => child.kill('SIGKILL'), 20_000);
  await once(child.stdout, 'data');
  child.stdout.destroy();
  child.stderr.destroy();
  expect(await once(child, 'exit')).toEqual([1, null]);
  clearTimeout(guard);
}, 30_000);
