/** An export that is ended in its middle, and `export: artifact`. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { StepResult } from '../../sandbox/step.js';
import { errorOf, logOf } from '../worlds/sandbox/scene.js';
import { ExportStage, TO_S3, WRITES, type How, type Phases } from './export-stage.js';
import { codeOf } from './test-stage.js';

let stage: ExportStage;
beforeEach(async () => (stage = await ExportStage.open()));
afterEach(() => stage.close());

const MIB = 2 ** 20;
/** Three parts, and small files before and after. */
const phases: Phases = [
  {
    name: 'test',
    run: `head -c ${20 * MIB} /dev/zero | tr '\\0' x > "$ARTIFACT_DIR/large"; for i in {1..20}; do echo $i > "$ARTIFACT_DIR/$i"; done`,
  },
  { name: 'cleanup', run: 'echo cleaned up >> cleanups', always: true },
];
const FILES = 20 + 2 + 1 + 3;
const INPUTS = { 'secret-env': '{"TOKEN": "hunter2-hunter2"}' };

/** Ends the step when the operation is asked for the given time. */
function endAt(operation: string, signal: NodeJS.Signals, count = 1): How {
  let kill: (signal: NodeJS.Signals) => void = () => undefined;
  let left = count;
  stage.sandbox.intercept = (request) => {
    if (request.operation !== operation || --left !== 0) return undefined;
    kill(signal);
    // The answer comes when nothing waits for it any more.
    return { kind: 'stall', ms: 1_000 };
  };
  return { onStart: (own) => (kill = own) };
}

/** The keys and parts that were sent and answered, each with how often. */
function listSent(): ReadonlyMap<string, number> {
  const sent = new Map<string, number>();
  for (const { path, status } of stage.requests(/^(PutObject|UploadPart)$/)) {
    const what = path.replace(/&?uploadId=[^&]*/, '');
    if (status === 200) sent.set(what, (sent.get(what) ?? 0) + 1);
  }
  return sent;
}

describe('An export that is ended', () => {
  test.each<[signal: NodeJS.Signals, operation: string, count: number]>([
    ['SIGINT', 'PutObject', 10],
    ['SIGKILL', 'PutObject', 10],
    ['SIGINT', 'UploadPart', 2],
    ['SIGKILL', 'UploadPart', 2],
    ['SIGKILL', 'CompleteMultipartUpload', 1],
    // The third list is that of the upload.
    ['SIGKILL', 'ListObjectsV2', 3],
  ])('by %s at %s %i is completed by the post step, which sends little twice', async (signal, operation, count) => {
    const result = await stage.run(phases, TO_S3, endAt(operation, signal, count));
    expect(result.code).toBe(signal === 'SIGINT' ? 1 : null);
    if (signal === 'SIGINT') expect(codeOf(result)).toBe('cancelled');
    expect((await stage.keys()).length).toBeLessThan(FILES);
    const post = await stage.runPost(phases, result);
    expect([post.code, errorOf(post)]).toEqual([0, '']);
    expect(await stage.keys()).toHaveLength(FILES);
    expect((await stage.read('000__test/large')).length).toBe(20 * MIB);
    expect(post.summary).toContain('### Export');
    // Only what was on its way when the step was ended may be sent again: at most eight files, or one.
    const twice = [...listSent().values()].filter((times) => times > 1).length;
    expect(twice).toBeLessThanOrEqual(8);
    expect(stage.left('cleanups')).toBe('cleaned up\n');
  });

  test('is completed by another run, too, which sends nothing that is there', async () => {
    const artifacts = { ...TO_S3, artifacts: 'out' };
    await stage.run(phases, artifacts, endAt('CompleteMultipartUpload', 'SIGKILL'));
    const before = stage.requests(/^UploadPart$/).length;
    stage.sandbox.intercept = undefined;
    const again = await stage.run([{ name: 'again', run: 'true' }], artifacts);
    expect([again.code, errorOf(again)]).toEqual([0, '']);
    expect(stage.requests(/^UploadPart$/)).toHaveLength(before);
    expect(await stage.keys()).toEqual(expect.arrayContaining(['000__test/large', '002__again/run.log']));
  });
});

describe('A step that is ended in its phases', () => {
  const mask = 'echo "::add-mask::derived-secret"; echo derived-secret > "$ARTIFACT_DIR/env"; ';
  const slow = (run: string): Phases => [{ name: 'test', run: `${run}echo; echo here; sleep 300` }, phases[1]!];
  const endThere = (given: Phases, signal: NodeJS.Signals, inputs: Readonly<Record<string, string>>) => {
    let kill: (signal: NodeJS.Signals) => void = () => undefined;
    return stage.run(given, inputs, {
      onStart: (own) => (kill = own),
      onLine: (line) => void (line.endsWith('here') && kill(signal)),
    });
  };

  test.each(['SIGINT', 'SIGKILL'] as const)('by %s is exported by the post step, after the cleanup', async (signal) => {
    const result = await endThere(slow(''), signal, TO_S3);
    expect(stage.requests(WRITES)).toEqual([]);
    const post = await stage.runPost(slow(''), result);
    expect([post.code, errorOf(post)]).toEqual([0, '']);
    expect(await stage.keys()).toEqual(
      expect.arrayContaining(['000__test/FAILURE', '001__cleanup/run.log', 'FINISHED']),
    );
    expect(logOf(post)).toContain('Exported to s3://');
  });

  test('by SIGKILL is not exported by the post step if a secret is there that a phase had masked', async () => {
    const result = await endThere(slow(mask), 'SIGKILL', TO_S3);
    const post = await stage.runPost(slow(mask), result);
    expect([post.code, codeOf(post)]).toEqual([1, 'secret-in-artifacts']);
    expect(errorOf(post)).toContain('000__test/env (what a phase has masked');
    expect(errorOf(post)).not.toContain('The phases passed');
    expect(stage.requests(WRITES)).toEqual([]);
    expect(Object.values(result.state).join()).not.toContain('derived-secret');
  });

  test('by a cancellation may be uploaded by a later step', async () => {
    const result = await endThere(slow(''), 'SIGINT', { export: 'artifact' });
    expect([codeOf(result), result.outputs['upload']]).toEqual(['cancelled', result.outputs['artifacts']]);
    expect((await stage.runPost(slow(''), result, { export: 'artifact' })).code).toBe(0);
  });

  test('by a cancellation may not be uploaded if it has a secret', async () => {
    const result = await endThere(slow(mask), 'SIGINT', { export: 'artifact' });
    expect([codeOf(result), result.outputs['upload']]).toEqual(['cancelled', '']);
    expect(result.lines.some((line) => /^::warning.*has a secret of this run/.test(line))).toBe(true);
  });
});

describe('`export: artifact`', () => {
  const run = (commands: string, inputs: Readonly<Record<string, string>> = {}): Promise<StepResult> =>
    stage.run([{ name: 'test', run: commands }], { export: 'artifact', ...INPUTS, ...inputs });

  test('gives the folder to a later step, and asks nothing of AWS', async () => {
    const result = await run('echo a > "$ARTIFACT_DIR/a"; ln -s a "$ARTIFACT_DIR/b"');
    expect([result.code, errorOf(result)]).toEqual([0, '']);
    expect(result.outputs).toMatchObject({ upload: result.outputs['artifacts'], 'export-url': '' });
    expect(result.summary).toContain('No secret of this run was found in 5 files');
    expect(stage.requests(/./)).toEqual([]);
  });

  test('gives the folder if a phase failed', async () => {
    const result = await run('exit 3');
    expect([codeOf(result), result.outputs['upload']]).toEqual(['phases-failed', result.outputs['artifacts']]);
  });

  test.each([
    ['a secret is in it', 'echo "$TOKEN" > "$ARTIFACT_DIR/env"', 'secret-in-artifacts', '`secret-env`: TOKEN'],
    [
      'a link leads out of it',
      'ln -s /etc/passwd "$ARTIFACT_DIR/b"',
      'export-incomplete',
      '000__test/b (a link out of the folder)',
    ],
  ])('gives nothing if %s', async (_, commands, code, says) => {
    const result = await run(commands);
    expect([result.code, codeOf(result), result.outputs['upload']]).toEqual([1, code, '']);
    expect(errorOf(result)).toContain(says);
    expect(result.outputs['verdict']).toBe('passed');
  });
});
