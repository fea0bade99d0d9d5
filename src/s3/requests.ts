import { Hash } from '@smithy/core/serde';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AwsCredentialIdentity, HttpRequest } from '@aws-sdk/types';
import type { Clock } from '../core/kernel/clock.js';
import { GivenUp, Patience, Trouble, type PatienceOptions, type Purpose } from '../core/kernel/patience.js';
import type { Body } from '../core/ports/store.js';
import { IncompleteResponse, readError } from '../ec2/errors.js';
import { encodeKey, toEndpoint } from './endpoint.js';
import { readBody, toFailure, toServiceError, toTroubleKind } from './errors.js';

/** One request about the bucket, or about one key of it. */
export interface S3Request {
  /** The IAM action, for messages. */
  readonly action: string;
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Body;
  /** Default: `read`. */
  readonly purpose?: Purpose;
  /** An answer with more bytes is an error. Default: 32 MiB. */
  readonly mostBytes?: number;
}

export interface S3Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
}

/** The SDK's handler, as far as it is used. */
export interface Handler {
  handle(request: HttpRequest): Promise<{
    readonly response: {
      readonly statusCode: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body?: AsyncIterable<Uint8Array>;
    };
  }>;
}

export interface S3Options extends PatienceOptions {
  readonly clock: Clock;
  readonly bucket: string;
  /** Of the first request. The answer says in which region the bucket is. */
  readonly region: string;
  readonly credentials: () => Promise<AwsCredentialIdentity>;
  readonly handler: Handler;
  /** Default: {@link toEndpoint}. */
  readonly endpoint?: typeof toEndpoint;
}

const sha256 = Hash.bind(null, 'sha256');
const MOST_BYTES = 32 * 2 ** 20;
const NOTHING = '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=';

/** Signs and sends the requests for one bucket. */
export class S3Requests {
  /** The region of the bucket, as far as its answers have told. */
  region: string;
  private readonly patience: Patience;

  constructor(private readonly options: S3Options) {
    this.region = options.region;
    this.patience = new Patience(options);
  }

  get bucket(): string {
    return this.options.bucket;
  }

  /**
   * Sends the request until S3 accepts or rejects it.
   *
   * @param accept reads the answer of a success; what it throws may be an `IncompleteResponse`, after which the request
   * is sent again
   * @throws S3's error in the shape of the SDK's; Failure if S3 did not answer
   */
  async persist<T>(request: S3Request, accept: (answer: S3Answer) => T | Promise<T>): Promise<T> {
    const about = { action: request.action, place: this.placeOf(request.key) };
    const { purpose = 'read' } = request;
    const call = { name: `${request.action.replace('s3:', '')} of ${about.place}`, purpose };
    const outcome = await this.patience.persist(call, async () => {
      try {
        return await accept(await this.send(request));
      } catch (error) {
        const kind = toTroubleKind(error);
        if (kind === undefined) throw error;
        return new Trouble(kind, { reason: readError(error).code, cause: error });
      }
    });
    if (outcome instanceof GivenUp) throw toFailure(outcome.trouble.about.cause, about, outcome.ms);
    return outcome;
  }

  /** Like {@link persist}, but throws a `Failure` for every error of S3. */
  async ask<T>(request: S3Request, accept: (answer: S3Answer) => T | Promise<T>): Promise<T> {
    return this.persist(request, accept).catch((error: unknown) => {
      throw toFailure(error, { action: request.action, place: this.placeOf(request.key) });
    });
  }

  private placeOf(key = ''): string {
    return `s3://${this.bucket}/${key}`;
  }

  /** One try. If S3 answers that the bucket is in another region, the request is signed for that one and sent again. */
  private async send(request: S3Request): Promise<S3Answer> {
    const asked = this.region;
    const answer = await this.sendTo(asked, request);
    const text = answer.status < 300 ? '' : answer.bytes.toString();
    const found = answer.headers['x-amz-bucket-region'] || readBody(text).region;
    if (found) this.region = found;
    if (answer.status < 300) return answer;
    if (found && found !== asked) return this.sendAgain(request);
    throw toServiceError({ ...answer, text });
  }

  private async sendAgain(request: S3Request): Promise<S3Answer> {
    const answer = await this.sendTo(this.region, request);
    if (answer.status >= 300) throw toServiceError({ ...answer, text: answer.bytes.toString() });
    return answer;
  }

  private async sendTo(region: string, request: S3Request): Promise<S3Answer> {
    const { credentials, clock, handler } = this.options;
    const signer = new SignatureV4({ service: 's3', region, credentials, sha256, uriEscapePath: false });
    const signed = await signer.sign(this.compose(region, request), { signingDate: new Date(clock.now()) });
    const { response } = await handler.handle(signed).catch(throwAsError);
    const { statusCode: status, headers } = response;
    // The bound is that of the content. An error has its reason in its body.
    const bytes = await collect(response.body, status < 300 ? (request.mostBytes ?? MOST_BYTES) : MOST_BYTES);
    const length = headers['content-length'];
    if (request.method !== 'HEAD' && length !== undefined && Number(length) !== bytes.length) {
      throw new IncompleteResponse('the answer of S3 was cut off');
    }
    return { status, headers, bytes };
  }

  private compose(region: string, { method, key, query = {}, headers = {}, body }: S3Request): HttpRequest {
    const { base, ...endpoint } = (this.options.endpoint ?? toEndpoint)(this.bucket, region);
    const path = `${base}/${key === undefined ? '' : encodeKey(key)}`;
    const host = endpoint.port === undefined ? endpoint.hostname : `${endpoint.hostname}:${endpoint.port}`;
    return {
      ...endpoint,
      method,
      path,
      query: { ...query },
      headers: {
        host,
        'x-amz-content-sha256': Buffer.from(body?.sha256 ?? NOTHING, 'base64').toString('hex'),
        ...(body && { 'content-length': `${body.bytes.byteLength}` }),
        ...headers,
      },
      ...(body && { body: body.bytes }),
    };
  }
}

async function collect(body: AsyncIterable<Uint8Array> | undefined, mostBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > mostBytes) throw tooLarge(mostBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Node's errors may belong to another realm of JavaScript, as in tests. The SDK's clients wrap them likewise. */
function throwAsError(error: unknown): never {
  throw error instanceof Error ? error : Object.assign(new Error((error as Error).message), error);
}

function tooLarge(mostBytes: number): Error {
  const about = { name: 'EntityTooLarge', $fault: 'client', $metadata: {} };
  return Object.assign(new Error(`The answer has more than ${mostBytes} bytes`), about);
}
