import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('../../fixtures/tox-project', import.meta.url));

/** The remote server that `py3-s2search` searches. It is the project's own server. */
export interface SearchService {
  readonly url: string;
  close(): Promise<void>;
}

export async function startSearchService(): Promise<SearchService> {
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' };
  const server = spawn('python3', ['-m', 'shelf.server'], { cwd: PROJECT, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => server.once('close', () => resolve()));
  // The server prints its address when it listens. If it ends before that, there is no line.
  const { value: url = '' } = await createInterface({ input: server.stdout })[Symbol.asyncIterator]().next();
  if (url === '') throw new Error('The search service ended before it listened.');
  return {
    url: url as string,
    async close() {
      server.kill();
      await ended;
    },
  };
}
