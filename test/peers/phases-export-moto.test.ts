/** The export of run-phases' bundle to moto's S3, read back by the aws CLI. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Step } from '../../sandbox/step.js';
import { TestStage, codeOf } from '../process/test-stage.js';
import { createRawS3 } from '../worlds/raw-s3.js';
import { errorOf } from '../worlds/sandbox/scene.js';
import { useMoto } from './moto.js';

const AWS = fileURLToPath(new URL('../../.peers/venv/bin/aws', import.meta.url));
const MIB = 2 ** 20;
const TO = 's3://ci-artifacts/runs/42';

const reset = useMoto();
let stage: TestStage;
beforeEach(async () => {
  await reset();
  await createRawS3(process.env['AWS_ENDPOINT_URL']!).createBucket('ci-artifacts');
  stage = new TestStage();
  mkdirSync(join(stage.directory, 'temp'));
});
afterEach(() => stage.close());

const phases = [
  {
    name: 'test',
    run: `head -c ${150 * MIB} /dev/urandom > "$ARTIFACT_DIR/large"; : > "$ARTIFACT_DIR/empty"; echo a > "$ARTIFACT_DIR/ü #?%25+ b"`,
  },
];
const run = (action: string, more: Partial<Step> = {}) => {
  const aws = Object.entries(process.env).filter(([name, text]) => name.startsWith('AWS_') && text !== undefined);
  const environment = { ...Object.fromEntries(aws), RUNNER_TEMP: join(stage.directory, 'temp') } as Step['environment'];
  return stage.run(action, { phases: JSON.stringify(phases), export: TO }, { ...more, environment });
};
const aws = (...args: string[]): string => execFileSync(AWS, args, { env: process.env, encoding: 'utf8' });

function expectCopy(artifacts: string): void {
  const copy = join(stage.directory, 'copy');
  aws('s3', 'cp', '--recursive', '--quiet', TO, copy);
  for (const name of ['000__test/large', '000__test/empty', '000__test/ü #?%25+ b', 'FINISHED', 'index.html'])
    expect([name, Buffer.compare(readFileSync(join(copy, name)), readFileSync(join(artifacts, name)))]).toEqual([
      name,
      0,
    ]);
}

test('What the phases leave, the aws CLI gets back', async () => {
  const result = await run('run-phases');
  expect([result.code, errorOf(result)]).toEqual([0, '']);
  expectCopy(result.outputs['artifacts']!);
  expect(aws('s3', 'ls', '--recursive', TO)).not.toContain('export.url');
}, 120_000);

test('What a killed step has not sent, its post step sends', async () => {
  let kill: (signal: NodeJS.Signals) => void = () => undefined;
  // The phases are over, and 150 MiB are on their way.
  const end = (line: string): void => void (line === '::group::Export' && setTimeout(() => kill('SIGKILL'), 1_200));
  const result = await run('run-phases', { onStart: (own) => (kill = own), onLine: end });
  expect(result.code).toBeNull();
  const post = await run('run-phases-post', { state: result.state });
  expect([post.code, errorOf(post)]).toEqual([0, '']);
  expectCopy(result.outputs['artifacts']!);
  console.log(/Sent now.*\n/.exec(post.summary)?.[0]);
  const uploads = aws('s3api', 'list-multipart-uploads', '--bucket', 'ci-artifacts');
  expect(uploads).not.toContain('UploadId');
}, 120_000);

test('A public bucket gets nothing', async () => {
  await createRawS3(process.env['AWS_ENDPOINT_URL']!).publish('ci-artifacts');
  const result = await run('run-phases');
  expect([codeOf(result), aws('s3api', 'list-objects-v2', '--bucket', 'ci-artifacts')]).toEqual([
    'bucket-public',
    expect.not.stringContaining('Key'),
  ]);
}, 60_000);
