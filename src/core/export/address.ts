import { Failure } from '../kernel/failure.js';

/** Where an export goes. */
export interface ExportAddress {
  readonly bucket: string;
  /** Without `/` at its ends; may be empty. */
  readonly prefix: string;
}

const ALLOWED =
  'Allowed is `s3://BUCKET/PREFIX`, such as `s3://ci-artifacts/my-project/${{ github.run_id }}`. A bucket has 3 to 63 lower-case letters, digits, dots and dashes.';
const BUCKET = /^(?!\d+\.\d+\.\d+\.\d+$)(?!.*(\.\.|\.-|-\.))[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
/** The longest key of S3, in bytes of UTF-8, less what the paths of the files need. */
const LONGEST_PREFIX = 512;

/** Reads the input `export`. @throws Failure `bad-input` */
export function parseAddress(text: string): ExportAddress {
  const [, bucket = '', path = ''] = /^s3:\/\/([^/]*)(?:\/(.*))?$/s.exec(text.trim()) ?? [];
  const prefix = path.replace(/^\/+|\/+$/g, '');
  const problem = findProblem(bucket, prefix);
  if (!problem) return { bucket, prefix };
  throw new Failure('bad-input', `\`export\` is ${JSON.stringify(text)}: ${problem}.`, { hint: ALLOWED });
}

function findProblem(bucket: string, prefix: string): string | undefined {
  if (bucket === '') return 'this is no address of S3';
  if (!BUCKET.test(bucket)) return `${JSON.stringify(bucket)} is no name of a bucket`;
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(prefix)) return 'the prefix has a line break or another control character';
  if (prefix.split('/').some((part) => part === '.' || part === '..' || (prefix !== '' && part === ''))) {
    return 'a part of the prefix is empty, `.` or `..`';
  }
  if (Buffer.byteLength(prefix) > LONGEST_PREFIX) return `the prefix has more than ${LONGEST_PREFIX} bytes`;
  return undefined;
}

/** The key of a file. */
export function toKey({ prefix }: ExportAddress, path: string): string {
  return prefix === '' ? path : `${prefix}/${path}`;
}

const AWS = 'aws.amazon.com';

/** Where a browser shows the export: the console of AWS, or the index page of a public bucket. */
export function toUrl({ bucket, prefix }: ExportAddress, region: string, index: string | undefined): string {
  const encode = (key: string): string => key.split('/').map(encodeURIComponent).join('/');
  if (index !== undefined) return `https://s3.${region}.amazonaws.com/${bucket}/${encode(index)}`;
  const query = `region=${region}&prefix=${encodeURIComponent(prefix === '' ? '' : `${prefix}/`)}`;
  return `https://${region}.console.${AWS}/s3/buckets/${bucket}?${query}`;
}
