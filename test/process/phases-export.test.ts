/** The export of run-phases, as GitHub runs it, to the sandbox's S3. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Fault } from '../../sandbox/sandbox.js';
import { errorOf, logOf } from '../worlds/sandbox/scene.js';
import { accelerated } from './accelerated.js';
import { BUCKET, ExportStage, PREFIX, TO_S3, WRITES, type Phases } from './export-stage.js';
import { codeOf } from './test-stage.js';

let stage: ExportStage;
beforeEach(async () => (stage = await ExportStage.open()));
afterEach(() => stage.close());

const SECRET = 'hunter2-hunter2';
const CONSOLE = `https://us-east-1.console.aws.amazon.com/s3/buckets/${BUCKET}?region=us-east-1&prefix=runs%2F42%2F`;
const passing: Phases = [{ name: 'test', run: 'echo tested | tee "$ARTIFACT_DIR/result"; echo ran > ran' }];
const OWN = ['FINISHED', 'index.html', 'phases-000.jsonl'];

/** The phases passed, and so they ran. */
const PASSED = 'Why: The phases passed. Only the export failed.';

describe('The artifacts', () => {
  test('are exported after the phases, whatever their names are', async () => {
    const names = ['a b.txt', 'ü-日本.log', '#?%25&+.json', 'empty'];
    const write = names.map((name) => `printf %s '${name === 'empty' ? '' : name}' > "$ARTIFACT_DIR/${name}"`);
    const phases = [{ name: 'test', run: [...write, 'ln -s /etc/passwd "$ARTIFACT_DIR/link"'].join('\n') }];
    const result = await stage.run(phases, { export: ` s3://${BUCKET}/${PREFIX}/ ` });
    expect([result.code, errorOf(result)]).toEqual([0, '']);
    expect(result.outputs).toMatchObject({ verdict: 'passed', 'export-url': CONSOLE, upload: '' });
    expect((await stage.keys()).toSorted()).toEqual(
      [...OWN, ...names.map((name) => `000__test/${name}`), '000__test/run.log'].toSorted(),
    );
    for (const name of names.slice(0, -1)) expect(await stage.read(`000__test/${name}`)).toBe(name);
    expect(readFileSync(join(result.outputs['artifacts']!, 'export.url'), 'utf8')).toBe(`${CONSOLE}\n`);
    expect(result.summary).toContain('Not exported, because they are links or special files: `000__test/link`.');
    const sent = stage.sandbox.requests.length;
    const post = await stage.runPost(phases, result);
    expect([post.code, post.lines, stage.sandbox.requests.length]).toEqual([0, [], sent]);
  });

  test('are exported if a phase failed, and the step has the code of the phases', async () => {
    const result = await stage.run([{ name: 'test', run: 'echo why; exit 3' }]);
    expect([result.code, codeOf(result)]).toEqual([1, 'phases-failed']);
    expect(result.outputs).toMatchObject({ verdict: 'failed', 'export-url': CONSOLE });
    expect(await stage.read('000__test/FAILURE')).toBe('test failed: exit code 3.\nwhy\n');
    expect(await stage.read('FINISHED')).toContain(' failed after ');
  });

  test('go to a bucket in another region, also without a region of their own', async () => {
    await stage.raw.createBucket('far-away', 'eu-west-1');
    const environment = { AWS_REGION: undefined, AWS_DEFAULT_REGION: undefined };
    const result = await stage.run(passing, { export: 's3://far-away' }, { environment });
    expect([result.code, errorOf(result)]).toEqual([0, '']);
    expect(result.outputs['export-url']).toContain('https://eu-west-1.console.aws.amazon.com/s3/buckets/far-away?');
    expect(await stage.keys('far-away', 'eu-west-1')).toContain('000__test/result');
  });

  test('wait for an S3 that answers 503 for a minute', async () => {
    let begunAt: number | undefined;
    stage.sandbox.intercept = ({ operation }): Fault | undefined => {
      if (operation !== 'PutObject') return undefined;
      begunAt ??= performance.now();
      const isOver = performance.now() - begunAt > 60_000 / 20;
      return isOver ? undefined : { kind: 'status', status: 503, code: 'SlowDown' };
    };
    const result = await stage.run(passing, TO_S3, { environment: accelerated(20) });
    expect([result.code, errorOf(result)]).toEqual([0, '']);
    expect(logOf(result)).toMatch(/trying again in \d+\.\d s\./);
    expect(await stage.read('000__test/result')).toBe('tested\n');
  });

  test('stay where they are without the input, and nothing is asked', async () => {
    const result = await stage.run(passing, {});
    expect([result.code, result.outputs['export-url'], result.outputs['upload']]).toEqual([0, '', '']);
    expect(stage.requests(/./)).toEqual([]);
  });
});

describe('No phase runs', () => {
  test.each(['S3', 'artifacts', `${BUCKET}/x`, 's3://Upper/x', 's3:///x', `s3://${BUCKET}/a//b`])(
    'with `export: %s`',
    async (text) => {
      const result = await stage.run(passing, { export: text });
      expect([result.code, codeOf(result), stage.left('ran')]).toEqual([1, 'bad-input', '']);
      expect(errorOf(result)).toMatch(/^`export` is ".*"; allowed: /);
      expect(stage.requests(/./)).toEqual([]);
    },
  );

  const act = () => stage;
  test.each<[what: string, code: string, break_: () => unknown]>([
    ['there is no such bucket', 'bucket-missing', () => (act().sandbox.intercept = nothingThere)],
    ['the policy makes the bucket public', 'bucket-public', () => act().raw.publish(BUCKET)],
    ['its access control list makes it public', 'bucket-public', () => act().raw.setAcl(BUCKET, 'public-read')],
    ['a permission is missing', 'aws-not-authorized', () => act().sandbox.ec2.denied.add('s3:GetBucketAcl')],
    ['nothing may be listed', 'aws-not-authorized', () => act().sandbox.ec2.denied.add('s3:ListBucket')],
    ['the session has expired', 'aws-not-authorized', () => (act().sandbox.intercept = expired)],
  ])('if %s', async (_, code, breakIt) => {
    await breakIt();
    const result = await stage.run(passing);
    expect([result.code, codeOf(result), stage.left('ran')]).toEqual([1, code, '']);
    expect(errorOf(result)).toContain('Why: No phase was run.');
    expect((await stage.runPost(passing, result)).lines).toEqual([]);
  });

  const nothingThere = (): Fault => ({ kind: 'status', status: 404, code: 'NoSuchBucket' });
  const expired = (): Fault => ({ kind: 'status', status: 400, code: 'ExpiredToken' });
});

test('A bucket may be public with `export-public`, and the URL is that of the index page', async () => {
  await stage.raw.publish(BUCKET);
  const result = await stage.run(passing, { ...TO_S3, 'export-public': 'true' });
  expect(result.outputs['export-url']).toBe(`https://s3.us-east-1.amazonaws.com/${BUCKET}/${PREFIX}/index.html`);
  expect(result.lines.filter((line) => /^::warning.*Everybody may read/.test(line))).toHaveLength(1);
});

describe('A failed export', () => {
  test('of phases that passed is red with its own code, and says that they passed', async () => {
    stage.sandbox.ec2.denied.add('s3:PutObject');
    const result = await stage.run(passing);
    expect([result.code, codeOf(result)]).toEqual([1, 'aws-not-authorized']);
    expect(errorOf(result)).toContain(`s3://${BUCKET}/${PREFIX}/000__test/`);
    expect(errorOf(result)).toContain(`${PASSED} In the bucket: 0 of `);
    expect(result.outputs).toMatchObject({ verdict: 'passed', 'export-url': '' });
    expect((await stage.runPost(passing, result)).lines).toEqual([]);
  });

  test('of phases that failed is a warning', async () => {
    stage.sandbox.ec2.denied.add('s3:PutObject');
    const result = await stage.run([{ name: 'test', run: 'exit 3' }]);
    expect([result.code, codeOf(result)]).toEqual([1, 'phases-failed']);
    const [warning] = result.lines.filter((line) => line.startsWith('::warning'));
    expect(warning).toContain('The export failed, too: s3://');
    expect(warning).toContain('Code: aws-not-authorized');
    expect(result.summary).toContain('lack the permission s3:PutObject');
  });

  test('because a file became shorter names the file; the others are in the bucket', async () => {
    let lists = 0;
    stage.sandbox.intercept = ({ operation }): undefined => {
      // The bucket is looked at before the phases and before the search. Then comes the upload.
      if (operation !== 'ListObjectsV2' || ++lists !== 3) return;
      stage.stage.write('out/000__test/result', 'x');
    };
    const result = await stage.run(passing, { ...TO_S3, artifacts: 'out' });
    expect([result.code, codeOf(result)]).toEqual([1, 'export-incomplete']);
    expect(errorOf(result)).toContain('000__test/result (it became shorter)');
    expect(await stage.keys()).toEqual(expect.arrayContaining([...OWN, '000__test/run.log']));
  });
});

test('A log to which a program in the background still writes is exported as far as it was searched', async () => {
  const grow = 'while :; do echo x; done > "$ARTIFACT_DIR/server.log" & echo $! > server; sleep 0.2';
  const result = await stage.run([{ name: 'test', run: grow }]);
  process.kill(Number(stage.left('server')));
  expect([result.code, errorOf(result)]).toEqual([0, '']);
  expect(await stage.read('000__test/server.log')).toMatch(/^(x\n)+x?$/);
});

describe('Nothing leaves if a secret is found', () => {
  const GITHUB_TOKEN = 'ghs_0123456789abcdefghij';
  const inputs = { 'secret-env': `{"TOKEN": "${SECRET}"}`, 'github-token': GITHUB_TOKEN };
  const environment = { ACTIONS_RUNTIME_TOKEN: 'eyJ-runtime-token', AWS_SESSION_TOKEN: 'a-session-token-of-aws' };
  const toBase64 = (text: string): string => Buffer.from(text).toString('base64');

  test.each<[what: string, secret: string, run: string, find: string]>([
    ['of `secret-env`', SECRET, 'echo "t=$TOKEN" > "$ARTIFACT_DIR/env"', 'env (`secret-env`: TOKEN, as it is'],
    ['in base64', SECRET, 'base64 <<< "$TOKEN" > "$ARTIFACT_DIR/env"', 'env (`secret-env`: TOKEN, in base64'],
    ['in gzip', SECRET, 'seq 99999 | sed "s/777/$TOKEN/" | gzip > "$ARTIFACT_DIR/a.log"', 'of its unpacked content)'],
    [
      "that is GitHub's token, as actions/checkout keeps it",
      GITHUB_TOKEN,
      `echo "${toBase64(`x-access-token:${GITHUB_TOKEN}`)}" > "$ARTIFACT_DIR/config"`,
      'config (`github-token`, in base64',
    ],
    [
      'of AWS',
      environment.AWS_SESSION_TOKEN,
      'echo "$AWS_SESSION_TOKEN" > "$ARTIFACT_DIR/env"',
      'env (AWS_SESSION_TOKEN, as it is',
    ],
    [
      'that the runner gives to actions',
      environment.ACTIONS_RUNTIME_TOKEN,
      `echo ${environment.ACTIONS_RUNTIME_TOKEN} > "$ARTIFACT_DIR/env"`,
      'env (ACTIONS_RUNTIME_TOKEN, as it is',
    ],
    [
      'that a phase has masked',
      'derived-secret',
      'echo "::add-mask::derived-secret"; echo derived-secret > "$ARTIFACT_DIR/env"',
      'env (what a phase has masked (`::add-mask::`), as it is',
    ],
  ])('%s', async (_, secret, run, find) => {
    const result = await stage.run([{ name: 'test', run }], { ...TO_S3, ...inputs }, { environment });
    expect([result.code, codeOf(result)]).toEqual([1, 'secret-in-artifacts']);
    expect(errorOf(result)).toContain('000__test/');
    expect(errorOf(result)).toContain(find);
    expect(errorOf(result)).toContain(PASSED);
    expect(errorOf(result) + result.summary).not.toContain(secret);
    expect(stage.requests(WRITES)).toEqual([]);
    expect(result.outputs).toMatchObject({ verdict: 'passed', 'export-url': '' });
  });

  test('but not because a log has what its phase has masked: it is replaced there', async () => {
    const phases = ['a', 'b'].map((name) => {
      const run = 'echo "::add-mask::derived%25secret"; echo "a derived%secret, no more"';
      return { name, run, needs: [] };
    });
    const result = await stage.run(phases);
    expect([result.code, errorOf(result)]).toEqual([0, '']);
    expect(await stage.read('000__a/run.log')).toBe('::add-mask::***\na ***, no more\n');
    // Side by side, lines have a prefix, behind which GitHub would find no command.
    expect(result.masked.filter((one) => one === 'derived%secret')).toHaveLength(2);
    expect(logOf(result)).toContain('b | a derived%secret, no more');
  });
});
