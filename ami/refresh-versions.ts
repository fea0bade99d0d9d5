/** `ami/refresh-versions.sh`: brings ami/versions.json up to date. See `--help`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { messageOf } from '../src/core/kernel/failure.js';
import { connectReleases } from '../src/github/connect.js';
import { clock } from '../src/host/clock.js';
import { loadProxy } from '../src/host/proxy.js';
import { createTerminal, explain } from './make/terminal.js';
import { applyPins, findPins, type Pin } from './make/versions.js';

const usage = `ami/refresh-versions.sh [options]

Asks GitHub for the newest releases of the runner (with its checksums), uv, pipx, tox and NVIDIA's container toolkit, and
writes them into ami/versions.json. Read the change, commit it, build. Needs GITHUB_TOKEN: any token, it reads public
repositories only (\`GITHUB_TOKEN=$(gh auth token) ami/refresh-versions.sh\`). What is pinned by series (Docker, the
NVIDIA driver, Python) is a person's decision and stays.

  --file PATH   another file than ami/versions.json
  --dry-run     only say what would change
  --help`;

const terminal = createTerminal();

async function main(argv: string[]): Promise<number> {
  const options = readOptions(argv);
  if (typeof options === 'number') return options;
  const path = options.file ?? fileURLToPath(new URL('versions.json', import.meta.url));
  try {
    const text = readFileSync(path, 'utf8');
    const pins = await findPins(await connect());
    const { text: refreshed, changes } = applyPins(text, pins);
    for (const change of changes) terminal.info(describe(change));
    if (changes.length === 0) terminal.info('Everything is up to date.');
    else if (!options['dry-run']) writeFileSync(path, await layOut(refreshed));
    return 0;
  } catch (error) {
    console.error(explain(error));
    return 1;
  }
}

/** As the repository's check demands it: a checksum may not fit its line. */
async function layOut(text: string): Promise<string> {
  const { format, resolveConfig } = await import('prettier');
  const settings = await resolveConfig(fileURLToPath(import.meta.url));
  return format(text, { ...settings, parser: 'json' });
}

async function connect() {
  const { fetch } = await loadProxy();
  return connectReleases({
    apiUrl: process.env['GITHUB_API_URL'] ?? 'https://api.github.com',
    credentials: { token: process.env['GITHUB_TOKEN'] ?? '' },
    scope: { kind: 'repo', owner: 'actions', repo: 'runner' },
    repository: { owner: 'actions', repo: 'runner' },
    clock,
    mask: () => undefined, // No token is minted here.
    ...(fetch && { fetch }),
  });
}

function describe({ path, value, was }: Pin & { readonly was: string }): string {
  return `${path.join('.').padEnd(26)} ${was || 'nothing'} → ${value}`;
}

function readOptions(args: string[]) {
  try {
    const flag = { type: 'boolean' } as const;
    const { values } = parseArgs({ args, options: { file: { type: 'string' }, 'dry-run': flag, help: flag } });
    if (!values.help) return values;
    console.log(usage);
    return 0;
  } catch (error) {
    console.error(`${messageOf(error)}\n\n${usage}`);
    return 2;
  }
}

process.exitCode = await main(process.argv.slice(2));
