import { describe, expect, test } from '@jest/globals';
import { exportArtifacts, type ExportResult } from '../../../../src/core/export/export.js';
import { parseAddress, parseDestination } from '../../../../src/core/export/address.js';
import { PART_BYTES } from '../../../../src/core/export/parts.js';
import { summarizeExport } from '../../../../src/core/export/report.js';
import { toKey, toUrl } from '../../../../src/core/export/url.js';
import { inputs as runPhases } from '../../../../actions/run-phases.inputs.js';
import { BadValue, parseInputs } from '../../../../src/core/inputs/inputs.js';
import { Failure } from '../../../../src/core/kernel/failure.js';
import { FakeArtifacts } from '../../../worlds/fake-artifacts.js';
import { FakeS3 } from '../../../worlds/fake-store.js';
import { recordLog } from '../../../worlds/log.js';

const SECRET = 'hunter2-hunter2';
const ARTIFACTS = {
  '001__prepare/run.log': 'prepared',
  '002__test/run.log': 'tested',
  '002__test/data.bin': new Uint8Array([0, 1, 2]),
  FINISHED: 'Test succeeded.',
  'index.html': '<p>',
};

async function createWorld(files: Readonly<Record<string, string | Uint8Array>> = ARTIFACTS) {
  const s3 = new FakeS3();
  await s3.raw.createBucket('ci-artifacts', 'eu-west-1');
  const artifacts = new FakeArtifacts(files);
  const { log, said: lines } = recordLog();
  const run = (options: { allowsPublic?: boolean; secrets?: string[]; signal?: AbortSignal } = {}) => {
    const { allowsPublic = false, signal } = options;
    const secrets = (options.secrets ?? [SECRET]).map((text) => ({ name: '`secret-env`: TOKEN', text }));
    const address = parseAddress('s3://ci-artifacts/runs/42');
    const ports = { openStore: s3.open, folder: artifacts.folder, log, ...(signal && { signal }) };
    return exportArtifacts({ address, allowsPublic, secrets }, ports);
  };
  const keys = (): string[] => [...s3.bucket('ci-artifacts', '').objects.keys()].toSorted();
  return { s3, artifacts, lines, run, keys, bucket: () => s3.bucket('ci-artifacts', '') };
}

const failureOf = (outcome: Promise<ExportResult>): Promise<Failure> =>
  outcome.then(
    () => {
      throw new Error('The export succeeded.');
    },
    (error: unknown) => error as Failure,
  );

describe('An export', () => {
  test('puts each file below the prefix, and the URL of AWS into export.url', async () => {
    const { run, keys, artifacts, bucket } = await createWorld();
    const result = await run();
    expect(keys()).toEqual(
      Object.keys(ARTIFACTS)
        .map((path) => `runs/42/${path}`)
        .toSorted(),
    );
    expect(bucket().objects.get('runs/42/index.html')).toMatchObject({ contentType: 'text/html; charset=utf-8' });
    expect(result).toMatchObject({ files: 5, bytes: 35, sent: { files: 5, bytes: 35 }, publicBy: 'no' });
    expect(result.url).toBe(
      'https://eu-west-1.console.aws.amazon.com/s3/buckets/ci-artifacts?region=eu-west-1&prefix=runs%2F42%2F',
    );
    expect(Buffer.from(artifacts.files.get('export.url')!).toString()).toBe(`${result.url}\n`);
  });

  test('sends nothing that the bucket has, and what has changed', async () => {
    const { run, artifacts, bucket } = await createWorld();
    await run();
    expect((await run()).sent).toEqual({ files: 0, bytes: 0 });
    artifacts.set('002__test/run.log', 'TESTED');
    expect((await run()).sent).toEqual({ files: 1, bytes: 6 });
    expect(bucket().objects.get('runs/42/002__test/run.log')?.bytes.toString()).toBe('TESTED');
  });

  test('sends a file whose object has the same size and no checksum', async () => {
    const { run, s3 } = await createWorld();
    await s3.raw.putPlain('ci-artifacts', 'runs/42/FINISHED', 'test succeeded.');
    expect((await run()).sent.files).toBe(5);
  });

  test('names what another export has left in its prefix', async () => {
    const { run, s3, lines } = await createWorld();
    for (const name of ['43/FINISHED', '4/x'])
      await s3.raw.putPlain('ci-artifacts', `runs/${name}`, 'of another prefix');
    await run();
    await run();
    expect(lines.join()).not.toContain('not of this export');
    for (const name of ['FAILURES', '001__prepare/FAILURE', '009__x/run.log', '009__x/y'])
      await s3.raw.putPlain('ci-artifacts', `runs/42/${name}`, 'old');
    await run();
    expect(lines.filter((one) => one.includes('not of this export'))).toEqual([
      expect.stringContaining(
        's3://ci-artifacts/runs/42 has 4 objects that are not of this export, such as 001__prepare/FAILURE, 009__x/run.log, 009__x/y, …: give each run a prefix of its own, such as one with `github.run_id`.',
      ),
    ]);
  });

  test('sends the files at the top of the folder last', async () => {
    const { run, s3 } = await createWorld();
    const sent: string[] = [];
    s3.before = (_, key) => void sent.push(key);
    await run();
    expect(sent.slice(3).toSorted()).toEqual(['runs/42/FINISHED', 'runs/42/index.html']);
  });

  test('of an empty folder succeeds', async () => {
    const { run } = await createWorld({});
    expect(await run()).toMatchObject({ files: 0, sent: { files: 0 } });
  });
});

describe('A large file', () => {
  const content = new Uint8Array(2 * PART_BYTES + 5).map((_, at) => at >> 12);
  const KEY = 'runs/42/big.bin';

  test('is one object of parts, with the checksum by which a later export recognizes it', async () => {
    const { run, bucket } = await createWorld({ 'big.bin': content });
    expect((await run()).sent).toEqual({ files: 1, bytes: content.length });
    expect(Buffer.compare(bucket().objects.get(KEY)!.bytes, Buffer.from(content))).toBe(0);
    expect(bucket().objects.get(KEY)!.sha256).toMatch(/-3$/);
    expect((await run()).sent.files).toBe(0);
  });

  test('is resumed after an interruption: only the missing parts are sent', async () => {
    const { run, s3, bucket } = await createWorld({ 'big.bin': content });
    let parts = 0;
    s3.before = (method) => {
      if (method === 'putPart' && ++parts === 3) throw new Failure('aws-unreachable', 'no answer', { hint: '' });
    };
    const failure = await failureOf(run());
    expect(failure.about.why).toBe('In the bucket: 0 of 1 file. Another export sends only the rest.');
    s3.before = undefined;
    const [lacking] = [...bucket().uploads.values()].map((one) => 3 - one.parts.size);
    expect(lacking).toBe(1);
    expect((await run()).sent.bytes).toBeLessThanOrEqual(PART_BYTES);
    expect(Buffer.compare(bucket().objects.get(KEY)!.bytes, Buffer.from(content))).toBe(0);
    expect(bucket().uploads.size).toBe(0);
  });

  test('that changed between two exports keeps no part of the old one', async () => {
    const { run, s3, artifacts, bucket } = await createWorld({ 'big.bin': content });
    s3.before = (method) => {
      if (method === 'completeUpload') throw new Failure('aws-unreachable', 'no answer', { hint: '' });
    };
    await failureOf(run());
    s3.before = undefined;
    const other = content.map((byte) => byte ^ 1);
    artifacts.set('big.bin', other);
    await run();
    expect(Buffer.compare(bucket().objects.get(KEY)!.bytes, Buffer.from(other))).toBe(0);
    expect(bucket().uploads.size).toBe(0);
  });

  test('leaves no other upload of its key, whose parts S3 would bill', async () => {
    const { run, s3, bucket } = await createWorld({ 'big.bin': content });
    const store = await s3.open('ci-artifacts');
    for (const key of [KEY, KEY, `${KEY}.other`]) await store.createUpload(key, 'text/plain');
    await run();
    expect([...bucket().uploads.values()].map(({ key }) => key)).toEqual([`${KEY}.other`]);
  });

  test('with a secret across the border of two parts is not exported', async () => {
    const big = Uint8Array.from(content);
    big.set(Buffer.from(SECRET), PART_BYTES - 7);
    const { run, keys } = await createWorld({ 'big.bin': big });
    const failure = await failureOf(run());
    expect(failure.message).toContain(`big.bin (\`secret-env\`: TOKEN, as it is, at byte ${PART_BYTES - 7})`);
    expect(keys()).toEqual([]);
  });
});

describe('Nothing is uploaded', () => {
  test('if a file has a secret; all such files are named, and no secret is quoted', async () => {
    const { run, keys } = await createWorld({
      ...ARTIFACTS,
      'a/log.txt': `password: ${SECRET}`,
      'b/env.json': Buffer.from(SECRET).toString('base64'),
      [`c/${SECRET}.txt`]: '',
    });
    const failure = await failureOf(run());
    expect(failure).toMatchObject({ code: 'secret-in-artifacts', hint: expect.stringContaining('secret') });
    expect(failure.about.details).toEqual([
      'a/log.txt (`secret-env`: TOKEN, as it is, at byte 10)',
      'b/env.json (`secret-env`: TOKEN, in base64, at byte 0)',
      'the name of file 7 of the folder (`secret-env`: TOKEN, as it is, at byte 2)',
    ]);
    expect(JSON.stringify([failure.message, failure.about.details])).not.toContain(SECRET);
    expect(keys()).toEqual([]);
  });

  test.each([
    ['policy', 'publish', 'by its policy'],
    ['list', 'setAcl', 'by its access control list'],
  ] as const)('if the bucket is public by its %s', async (_, act, says) => {
    const { run, keys, s3 } = await createWorld();
    await s3.raw[act]('ci-artifacts', 'public-read');
    const failure = await failureOf(run());
    expect(failure).toMatchObject({ code: 'bucket-public', message: expect.stringContaining(says) });
    expect(keys()).toEqual([]);
  });

  test('if there is no bucket', async () => {
    const { run, s3 } = await createWorld();
    s3.buckets.clear();
    expect(await failureOf(run())).toMatchObject({ code: 'bucket-missing' });
  });
});

test('A public bucket is used with export-public, with a warning and the address of the index page', async () => {
  const { run, s3, lines } = await createWorld();
  await s3.raw.publish('ci-artifacts');
  const result = await run({ allowsPublic: true });
  expect(result.url).toBe('https://s3.eu-west-1.amazonaws.com/ci-artifacts/runs/42/index.html');
  expect(lines.join('\n')).toContain('Everybody may read s3://ci-artifacts, by its policy');
  expect(summarizeExport(result)).toContain('Everybody: the bucket is public');
});

describe('The export of the other files goes on, and fails at its end,', () => {
  test.each([
    [
      'changes after it was searched',
      (file: FakeArtifacts) => file.set('002__test/run.log', SECRET),
      'it became|changed',
    ],
    ['is deleted', (file: FakeArtifacts) => void file.files.delete('002__test/run.log'), 'ENOENT'],
    ['becomes shorter', (file: FakeArtifacts) => file.set('002__test/run.log', 'x'), 'shorter'],
  ])('if a file %s', async (_, change, reason) => {
    const { run, artifacts, keys } = await createWorld();
    let opened = 0;
    artifacts.onOpen = (path) => {
      if (path === '002__test/run.log' && ++opened === 2) change(artifacts);
    };
    const failure = await failureOf(run());
    expect(failure.code).toBe('export-incomplete');
    expect(failure.about.details?.join()).toMatch(new RegExp(`^002__test/run.log \\(.*(${reason})`));
    expect(keys()).toHaveLength(4);
    expect(keys()).not.toContain('runs/42/002__test/run.log');
  });

  test('if a folder is unreadable', async () => {
    const { run, artifacts, keys } = await createWorld();
    artifacts.unreadable.push('003__locked (EACCES)');
    expect((await failureOf(run())).about.details).toEqual(['003__locked (EACCES)']);
    expect(keys()).toHaveLength(5);
  });
});

test('A file to which a program still writes is exported as long as it was', async () => {
  const { run, artifacts, bucket } = await createWorld();
  artifacts.onOpen = (path) => {
    if (path.endsWith('data.bin')) artifacts.set(path, new Uint8Array([0, 1, 2, ...Buffer.from(SECRET)]));
  };
  const result = await run();
  expect(bucket().objects.get('runs/42/002__test/data.bin')!.bytes).toEqual(Buffer.from([0, 1, 2]));
  expect(result.growing).toEqual(['002__test/data.bin']);
  expect(summarizeExport(result)).toContain('as long as they were in the beginning: `002__test/data.bin`.');
});

test('A full disk does not undo an export: only export.url is missing', async () => {
  const { run, artifacts, lines, keys } = await createWorld();
  artifacts.onWrite = () => {
    throw new Error('ENOSPC: no space left on device');
  };
  expect((await run()).files).toBe(5);
  expect(keys()).toHaveLength(5);
  expect(lines.join('\n')).toContain('export.url could not be written: ENOSPC');
});

describe('A failure of the store', () => {
  test('ends the export with its own code, what is there already, and what to do', async () => {
    const { run, s3 } = await createWorld();
    s3.before = (_, key) => {
      if (!key.endsWith('FINISHED')) return;
      throw new Failure('aws-not-authorized', `s3://ci-artifacts/${key}: denied`, { hint: 'Allow it.' });
    };
    const failure = await failureOf(run());
    expect(failure).toMatchObject({ code: 'aws-not-authorized', hint: 'Allow it.' });
    expect(failure.message).toContain('s3://ci-artifacts/runs/42/FINISHED');
    expect(failure.about.why).toMatch(/^In the bucket: [34] of 5 files/);
    s3.before = undefined;
    expect((await run()).sent.files).toBeLessThanOrEqual(2);
  });

  test('a canceled export stops, and a later one goes on', async () => {
    const { run, s3, keys } = await createWorld();
    const canceling = new AbortController();
    s3.before = () => canceling.abort(new Failure('cancelled', 'canceled', { hint: '' }));
    await expect(run({ signal: canceling.signal })).rejects.toMatchObject({ code: 'cancelled' });
    expect(keys().length).toBeLessThan(5);
    s3.before = undefined;
    await run();
    expect(keys()).toHaveLength(5);
  });
});

test('Memory is bounded: of many large files, only some parts are read at once', async () => {
  const big = new Uint8Array(PART_BYTES);
  const files = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`d/${at}`, big]));
  const { run, s3 } = await createWorld(files);
  let [held, most] = [0, 0];
  s3.before = async () => {
    most = Math.max(most, ++held);
    await new Promise((resolve) => setTimeout(resolve, 1));
    held -= 1;
  };
  await run();
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(8);
});

test('The summary says what was sent, what was there, and what was left out', async () => {
  const { run, artifacts } = await createWorld();
  await run();
  artifacts.set('002__test/run.log', 'another text');
  artifacts.skipped.push('link');
  const summary = summarizeExport(await run({ secrets: ['abc', SECRET] }));
  expect(summary).toContain('1 file, 12 bytes; 4 files were in the bucket already');
  expect(summary).toContain('Not exported, because they are links or special files: `link`.');
  expect(summary).toContain('1 secret of fewer than 6 bytes');
});

describe('An address', () => {
  test.each([
    ['s3://ci-artifacts', 'ci-artifacts', ''],
    [' s3://ci-artifacts/runs/42/ ', 'ci-artifacts', 'runs/42'],
    ['s3://ci-artifacts/', 'ci-artifacts', ''],
    ['s3://a.b.c/ä b', 'a.b.c', 'ä b'],
  ])('%j is read', (text, bucket, prefix) => {
    expect(parseAddress(text)).toEqual({ bucket, prefix });
  });

  test.each([
    ['', '`artifact`, or `s3://BUCKET/PREFIX`'],
    ['ci-artifacts/runs', '`artifact`, or `s3://BUCKET/PREFIX`'],
    ['https://ci-artifacts.s3.amazonaws.com/', '`artifact`, or `s3://BUCKET/PREFIX`'],
    ['s3://', '`artifact`, or `s3://BUCKET/PREFIX`'],
    ['s3:///runs/1', '`artifact`, or `s3://BUCKET/PREFIX`'],
    ['s3://Upper/x', 'a bucket with a name of'],
    ['s3://a_b/x', 'a bucket with a name of'],
    ['s3://192.168.1.1/x', 'a bucket with a name of'],
    ['s3://ab/x', 'a bucket with a name of'],
    ['s3://a..b/x', 'a bucket with a name of'],
    ['s3://ci-artifacts/a/../b', 'no part is empty'],
    ['s3://ci-artifacts/a//b', 'no part is empty'],
    ['s3://ci-artifacts//x', 'no part is empty'],
    ['s3://ci-artifacts/x//', 'no part is empty'],
    ['s3://ci-artifacts//', 'no part is empty'],
    ['s3://ci-artifacts/a\nb', 'control characters'],
    [`s3://ci-artifacts/${'x'.repeat(600)}`, '512 bytes'],
  ])('%j is refused', (text, allowed) => {
    expect(() => parseDestination(text)).toThrow(BadValue);
    expect(() => parseDestination(text)).toThrow(allowed);
  });

  test('that is refused for its prefix is shown as a whole', () => {
    const { problems } = parseInputs(runPhases, { export: { text: ' s3://ci-artifacts//x' } });
    expect(problems.join()).toMatch(/^`export` is "s3:\/\/ci-artifacts\/\/x"; allowed: a prefix in which/);
  });

  test.each(['artifact', 'Artifact'])('%j stands for a later step of the job', (text) => {
    expect(parseDestination(text)).toBe('artifact');
  });
});

describe('The URL', () => {
  const address = { bucket: 'b', prefix: 'ä #?/1' };

  test.each([
    [
      'us-east-1',
      'https://us-east-1.console.aws.amazon.com/s3/buckets/b?region=us-east-1&prefix=%C3%A4%20%23%3F%2F1%2F',
    ],
    ['cn-north-1', 'https://cn-north-1.console.amazonaws.cn/s3/buckets/b?region=cn-north-1&prefix='],
    ['us-gov-west-1', 'https://us-gov-west-1.console.amazonaws-us-gov.com/s3/buckets/b?'],
  ])('in %s is that of its console', (region, url) => {
    expect(toUrl(address, region, undefined)).toContain(url);
  });

  test.each([
    ['us-east-1', 'https://s3.us-east-1.amazonaws.com/b/%C3%A4%20%23%3F/1/index.html'],
    ['cn-north-1', 'https://s3.cn-north-1.amazonaws.com.cn/b/%C3%A4%20%23%3F/1/index.html'],
  ])('of a public bucket in %s is that of the index page', (region, url) => {
    expect(toUrl(address, region, toKey(address, 'index.html'))).toBe(url);
  });
});
