/** The last job of .github/workflows/build-amis.yml: opens one issue if the images need attention. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { messageOf } from '../src/core/kernel/failure.js';
import { findReasons, type Situation } from './make/alarm.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));
const ANSWER_MS = 120_000;
const LABEL = 'ami-alarm';
const TITLE = 'The runner images need a look';

/** GitHub's command line, which reads the repository and the token from GH_REPO and GH_TOKEN. */
async function gh(...args: string[]): Promise<string> {
  return (await run('gh', args, { timeout: ANSWER_MS })).stdout.trim();
}

async function readSituation(): Promise<Situation> {
  const last = ['--workflow', 'build-amis.yml', '--status', 'completed', '--limit', '1'];
  const before = await gh('run', 'list', ...last, '--json', 'conclusion', '--jq', '.[0].conclusion // ""');
  return {
    result: process.env['RESULT'] ?? '',
    before: before || undefined,
    images: await listImages(),
  };
}

async function listImages(): Promise<Situation['images']> {
  try {
    const list = ['--import', 'tsx', 'ami/cli.ts', 'list', '--json'];
    const { stdout } = await run(process.execPath, list, { cwd: root, timeout: ANSWER_MS });
    return JSON.parse(stdout) as Situation['images'];
  } catch (error) {
    console.log(`The images could not be listed: ${messageOf(error)}`);
    return undefined;
  }
}

async function report(reasons: readonly string[]): Promise<void> {
  const [open] = (
    await gh('issue', 'list', '--label', LABEL, '--state', 'open', '--json', 'number', '--jq', '.[].number')
  ).split('\n');
  const page = `${process.env['GITHUB_SERVER_URL']}/${process.env['GITHUB_REPOSITORY']}/actions/runs/${process.env['GITHUB_RUN_ID']}`;
  const body = [...reasons.map((reason) => `- ${reason}`), '', `Found by ${page}. What to do: ami/README.md.`].join(
    '\n',
  );
  if (reasons.length === 0) {
    if (open) await gh('issue', 'close', open, '--comment', `Everything is in order again: ${page}.`);
  } else if (open) {
    await gh('issue', 'comment', open, '--body', body);
  } else {
    await gh('label', 'create', LABEL, '--force', '--description', 'Opened by build-amis.yml');
    await gh('issue', 'create', '--title', TITLE, '--label', LABEL, '--body', body);
  }
}

const reasons = findReasons(await readSituation());
console.log(reasons.length === 0 ? 'Everything is in order.' : reasons.join('\n'));
await report(reasons);
