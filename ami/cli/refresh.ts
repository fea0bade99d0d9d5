import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { flag, text, value, withDefault } from '../../src/terminal/options.js';
import { connectReleases } from '../../src/github/connect.js';
import { clock } from '../../src/host/clock.js';
import { loadProxy } from '../../src/host/proxy.js';
import { applyPins, findPins, type Pin } from '../make/versions.js';
import { defineCommand, printResult } from '../../src/commands/command.js';

const versions = fileURLToPath(new URL('../versions.json', import.meta.url));

export default defineCommand({
  command: 'npm run ami -- refresh',
  summary: 'writes the newest runner, its checksums and the newest tools into ami/versions.json',
  description:
    "Asks GitHub for the newest releases of the runner (with its checksums), uv, pipx, tox and NVIDIA's\n" +
    'container toolkit. Review the change, commit it, then build. Needs GITHUB_TOKEN; any token will do,\n' +
    'because only public repositories are read (`GITHUB_TOKEN=$(gh auth token) npm run ami -- refresh`).\n' +
    'Versions that are pinned to a series (Docker, the NVIDIA driver, Python) are not changed.',
  options: {
    file: withDefault(value('The file to update.', text('PATH')), versions, 'ami/versions.json'),
    'dry-run': flag('Only print what would change.'),
  },
  async run({ values }) {
    const before = readFileSync(values.file, 'utf8');
    const pins = await findPins(await connect());
    const { text: refreshed, changes } = applyPins(before, pins);
    for (const change of changes) printResult(describe(change));
    if (changes.length === 0) printResult('Everything is up to date.');
    else if (!values['dry-run']) writeFileSync(values.file, await format(refreshed));
    return 0;
  },
});

/** In the layout that `npm run check` demands: the length of a checksum decides about line breaks. */
async function format(json: string): Promise<string> {
  const prettier = await import('prettier');
  const settings = await prettier.resolveConfig(versions);
  return prettier.format(json, { ...settings, parser: 'json' });
}

async function connect() {
  const { fetch } = await loadProxy();
  return connectReleases({
    apiUrl: process.env['GITHUB_API_URL'] ?? 'https://api.github.com',
    credentials: { token: process.env['GITHUB_TOKEN'] ?? '' },
    scope: { kind: 'repo', owner: 'actions', repo: 'runner' },
    repository: { owner: 'actions', repo: 'runner' },
    clock,
    mask: () => undefined, // No token is created here.
    ...(fetch && { fetch }),
  });
}

function describe({ path, value: now, was }: Pin & { readonly was: string }): string {
  return `${path.join('.').padEnd(26)} ${was || 'nothing'} → ${now}`;
}
