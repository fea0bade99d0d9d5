import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

const signals = fileURLToPath(new URL('../../../src/host/signals.ts', import.meta.url));
const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Listens, prints that it does, and prints the reason of its abort. Runs until its stdin ends. */
const script = `
  import { listenForCancellation } from ${JSON.stringify(signals)};
  const signal = listenForCancellation('Do that.');
  signal.addEventListener('abort', () => console.log(signal.reason.code + ': ' + signal.reason.message + ' ' + signal.reason.hint));
  process.on('SIGTERM', () => console.log('still here'));
  process.stdin.on('end', () => process.exit(7)).resume();
  console.log('listening');`;

describe('A cancelled step', () => {
  test('is aborted at the first signal, and no signal ends the process', async () => {
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], { cwd: root });
    const said: string[] = [];
    const heard = (words: string): Promise<void> =>
      new Promise((resolve, reject) => {
        const look = (): void => void (said.join('').includes(words) && resolve());
        child.stdout.on('data', look);
        child.once('exit', () => reject(new Error(`ended before it said "${words}": ${said.join('')}`)));
        look();
      });
    child.stdout.on('data', (data: Buffer) => said.push(data.toString()));
    await heard('listening');
    child.kill('SIGINT');
    await heard('cancelled: The step was canceled (SIGINT). Do that.');
    child.kill('SIGTERM');
    await heard('still here');
    child.stdin.end();
    expect(await once(child, 'exit')).toEqual([7, null]);
    expect(said.join('').match(/cancelled:/g)).toHaveLength(1);
  });
});
