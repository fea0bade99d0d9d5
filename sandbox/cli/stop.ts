import { setTimeout as delay } from 'node:timers/promises';
import { misuse } from '../../src/terminal/usage-error.js';
import { NAME } from '../control/page.js';
import { sandboxCommandLine, type SandboxValues } from './options.js';
import { readSandboxUrl } from './variables.js';

const PATIENCE_MS = 30_000;
const CADENCE_MS = 50;

/** Ends the sandbox that the options or SANDBOX_URL name. Ending twice succeeds. @returns the exit code */
export async function stop(values: SandboxValues): Promise<number> {
  const url = findUrl(values);
  const say = (sentence: string): void => {
    if (!values.quiet) console.error(sentence);
  };
  const found = await ask(url);
  if (found === 'nothing') {
    say(`No sandbox runs at ${url}.`);
    return 0;
  }
  if (found === 'another program') {
    console.error(`At ${url} there is another program than a sandbox. Nothing was done.`);
    return 1;
  }
  await fetch(`${url}/stop`, { method: 'POST' });
  const end = performance.now() + PATIENCE_MS;
  while ((await ask(url)) === 'a sandbox') {
    if (performance.now() > end) {
      console.error(`The sandbox at ${url} has not ended within ${PATIENCE_MS / 1000} s.`);
      return 1;
    }
    await delay(CADENCE_MS);
  }
  say(`The sandbox at ${url} has ended.`);
  return 0;
}

function findUrl({ port, 'env-file': file }: SandboxValues): string {
  if (port !== undefined) return `http://127.0.0.1:${port + 1}/_sandbox`;
  if (file !== undefined) {
    const url = readSandboxUrl(file);
    if (url !== undefined) return url;
    throw misuse(
      sandboxCommandLine,
      `\`--env-file\` is "${file}", in which no SANDBOX_URL is found. A sandbox that ends removes its file.`,
    );
  }
  const url = process.env['SANDBOX_URL'];
  if (url) return url;
  throw misuse(
    sandboxCommandLine,
    'Which sandbox? Set SANDBOX_URL as it was exported, or give `--port` or `--env-file`.',
  );
}

async function ask(url: string): Promise<'a sandbox' | 'another program' | 'nothing'> {
  const answer = await fetch(`${url}/`).catch(() => undefined);
  if (!answer) return 'nothing';
  const page = (await answer.json().catch(() => undefined)) as { name?: unknown } | undefined;
  return page?.name === NAME ? 'a sandbox' : 'another program';
}
