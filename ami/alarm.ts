/** The last job of .github/workflows/build-amis.yml: tells a person, in one issue, when nobody else will act. */
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

/** GitHub's own command line; it finds repository and token in GH_REPO and GH_TOKEN. */
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

async function tell(reasons: readonly string[]): Promise<void> {
  const [open] = (
    await gh('issue', 'list', '--label', LABEL, '--state', 'open', '--json', 'number', '--jq', '.[].number')
  ).split('\n');
  const where = `${process.env['GITHUB_SERVER_URL']}/${process.env['GITHUB_REPOSITORY']}/actions/runs/${process.env['GITHUB_RUN_ID']}`;
  const body = [...reasons.map((reason) => `- ${reason}`), '', `Seen by ${where}. What to do: ami/README.md.`].join(
    '\n',
  );
  if (reasons.length === 0) {
    if (open) await gh('issue', 'close', open, '--comment', `All is well again, says ${where}.`);
  } else if (open) {
    await gh('issue', 'comment', open, '--body', body);
  } else {
    await gh('label', 'create', LABEL, '--force', '--description', 'Opened by build-amis.yml');
    await gh('issue', 'create', '--title', TITLE, '--label', LABEL, '--body', body);
  }
}

const reasons = findReasons(await readSituation());
console.log(reasons.length === 0 ? 'All is well.' : reasons.join('\n'));
await tell(reasons);
