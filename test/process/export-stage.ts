import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startSandbox, type RecordedRequest, type Sandbox } from '../../sandbox/sandbox.js';
import type { Step, StepResult } from '../../sandbox/step.js';
import { createRawS3, type RawS3 } from '../worlds/raw-s3.js';
import { TestStage } from './test-stage.js';

export type Phases = readonly Readonly<Record<string, unknown>>[];

export const BUCKET = 'ci-artifacts';
export const PREFIX = 'runs/42';
export const TO_S3 = { export: `s3://${BUCKET}/${PREFIX}` } as const;

/** Writes below the bucket: every request of an export that sends bytes. */
export const WRITES = /^(PutObject|UploadPart|CreateMultipartUpload|CompleteMultipartUpload)$/;

type Variables = Readonly<Record<string, string | undefined>>;
export type How = Partial<Omit<Step, 'environment'>> & { readonly environment?: Variables };

/** run-phases with an export, on a machine whose AWS is the sandbox with one private bucket. */
export class ExportStage {
  readonly raw: RawS3;

  private constructor(
    readonly stage: TestStage,
    readonly sandbox: Sandbox,
  ) {
    this.raw = createRawS3(sandbox.awsUrl);
  }

  static async open(): Promise<ExportStage> {
    const stage = new TestStage();
    mkdirSync(join(stage.directory, 'temp'));
    const opened = new ExportStage(stage, await startSandbox({ machines: false }));
    await opened.raw.createBucket(BUCKET);
    return opened;
  }

  async close(): Promise<void> {
    await this.sandbox.close();
    this.stage.close();
  }

  run(phases: Phases, inputs: Step['inputs'] = TO_S3, how: How = {}): Promise<StepResult> {
    return this.step('run-phases', { phases: JSON.stringify(phases), ...inputs }, how);
  }

  /** The post step, with the state of the main step. */
  runPost(phases: Phases, { state }: StepResult, inputs: Step['inputs'] = TO_S3): Promise<StepResult> {
    return this.step('run-phases-post', { phases: JSON.stringify(phases), ...inputs }, { state });
  }

  /** The keys of the bucket, without the prefix. */
  async keys(bucket = BUCKET, region?: string): Promise<readonly string[]> {
    const text = await (await this.get(`/${bucket}?list-type=2&encoding-type=url`, region)).text();
    const keys = [...text.matchAll(/<Key>(.*?)<\/Key>/g)].map(([, key]) =>
      decodeURIComponent(key!.replaceAll('+', ' ')),
    );
    return keys.map((key) => key.replace(`${PREFIX}/`, ''));
  }

  /** The text of an object. @param path without the prefix */
  async read(path: string): Promise<string> {
    const key = `${PREFIX}/${path}`.split('/').map(encodeURIComponent).join('/');
    return (await this.get(`/${BUCKET}/${key}`)).text();
  }

  /** The requests of steps for these operations. Those of the test itself come without a date. */
  requests(operation: RegExp): readonly RecordedRequest[] {
    return this.sandbox.requests.filter((one) => 'x-amz-date' in one.headers && operation.test(one.operation));
  }

  /** The text of a file of the workspace; '' if there is none. */
  left(path: string): string {
    const full = join(this.stage.workspace, path);
    return existsSync(full) ? readFileSync(full, 'utf8') : '';
  }

  private step(action: string, inputs: Step['inputs'], { environment, ...how }: How): Promise<StepResult> {
    const given = { ...this.sandbox.environment, RUNNER_TEMP: join(this.stage.directory, 'temp'), ...environment };
    const variables = Object.entries(given).filter((pair): pair is [string, string] => pair[1] !== undefined);
    return this.stage.run(action, inputs, { ...how, environment: Object.fromEntries(variables) });
  }

  /** Neither the sandbox nor moto verifies signatures. */
  private get(path: string, region = 'us-east-1'): Promise<Response> {
    const scope = `AKIAIOSFODNN7EXAMPLE/20261128/${region}/s3/aws4_request`;
    const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`;
    return fetch(`${this.sandbox.awsUrl}${path}`, { headers: { authorization } });
  }
}
