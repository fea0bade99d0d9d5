import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createRawS3 } from '../worlds/raw-s3.js';
import { useMoto } from './moto.js';

const AWS = fileURLToPath(new URL('../../.peers/venv/bin/aws', import.meta.url));
const ROLLDOWN = fileURLToPath(new URL('../../node_modules/rolldown/bin/cli.mjs', import.meta.url));
const MIB = 2 ** 20;
const BUCKET = 's3://ci-artifacts';
/** `aws s3 cp` is the bar; so much of its throughput is demanded. */
const LEAST_RATIO = 0.8;
const ROUNDS = 3;

const reset = useMoto();
const root = mkdtempSync(join(tmpdir(), 'export-moto-'));
const program = join(root, 'export-program.mjs');
const artifacts = join(root, 'artifacts');

beforeAll(async () => {
  const input = fileURLToPath(new URL('export-program.ts', import.meta.url));
  const options = ['--platform', 'node', '--format', 'esm', '--no-codeSplitting'];
  await run(process.execPath, [ROLLDOWN, input, ...options, '--file', program]);
  for (let at = 0; at < 3; at++) write(`00${at}__test/large.bin`, randomBytes(64 * MIB));
  for (let at = 0; at < 200; at++) write(`100__plots/${at}.json`, randomBytes(64 * 1_024));
  write('FINISHED', Buffer.from('Test succeeded.'));
}, 120_000);

afterAll(() => rmSync(root, { recursive: true, force: true }));

beforeEach(async () => {
  await reset();
  await createRawS3(process.env['AWS_ENDPOINT_URL']!).createBucket('ci-artifacts');
});

function write(path: string, content: Buffer): void {
  mkdirSync(join(artifacts, path, '..'), { recursive: true });
  writeFileSync(join(artifacts, path), content);
}

/** @returns what it printed, and how long it took in ms. `killAfterMs` ends it by SIGKILL */
function run(command: string, args: readonly string[], killAfterMs?: number): Promise<{ text: string; ms: number }> {
  const begun = performance.now();
  const child = spawn(command, args, { env: process.env, stdio: ['ignore', 'pipe', 'inherit'] });
  if (killAfterMs !== undefined) setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  let text = '';
  child.stdout.on('data', (data: Buffer) => (text += data.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject).once('close', (code, signal) => {
      if (code !== 0 && signal !== 'SIGKILL') return reject(new Error(`${command} ended with ${code}`));
      resolve({ text, ms: performance.now() - begun });
    });
  });
}

const ours = (prefix: string, killAfterMs?: number) =>
  run(process.execPath, [program, artifacts, `${BUCKET}/${prefix}`], killAfterMs);
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

test('What the export sends, the aws CLI gets back; what was killed is resumed', async () => {
  const whole = await ours('measured');
  await ours('runs/1', whole.ms / 2);
  const second = JSON.parse((await ours('runs/1')).text) as { bytes: number; sent: { bytes: number } };
  console.log(`Killed in its middle; sent by the second export: ${second.sent.bytes} of ${second.bytes} bytes`);
  expect(second.sent.bytes).toBeLessThan(second.bytes);
  const copy = join(root, 'copy');
  await run(AWS, ['s3', 'cp', '--recursive', '--quiet', `${BUCKET}/runs/1/`, copy]);
  for (const path of ['000__test/large.bin', '002__test/large.bin', '100__plots/7.json', 'FINISHED']) {
    expect(Buffer.compare(readFileSync(join(copy, path)), readFileSync(join(artifacts, path)))).toBe(0);
  }
}, 300_000);

test(`The export has at least ${LEAST_RATIO * 100} % of the throughput of aws s3 cp`, async () => {
  const times = { ours: [] as number[], aws: [] as number[] };
  let peakMiB = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const one = await ours(`ours/${round}`);
    times.ours.push(one.ms);
    peakMiB = Math.max(peakMiB, (JSON.parse(one.text) as { peakMiB: number }).peakMiB);
    const args = ['s3', 'cp', '--recursive', '--quiet', artifacts, `${BUCKET}/aws/${round}`];
    times.aws.push((await run(AWS, args)).ms);
  }
  const [mine, theirs] = [median(times.ours), median(times.aws)];
  const rate = (ms: number): string => `${((3 * 64 + 12.5) / (ms / 1_000)).toFixed(0)} MiB/s`;
  console.log(`export ${rate(mine)}, aws s3 cp ${rate(theirs)}, ${(theirs / mine).toFixed(2)}×; peak ${peakMiB} MiB`);
  expect(theirs / mine).toBeGreaterThanOrEqual(LEAST_RATIO);
}, 600_000);
