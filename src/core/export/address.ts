import { BadValue } from '../inputs/inputs.js';

/** Where an export goes. */
export interface ExportAddress {
  readonly bucket: string;
  /** Without `/` at its ends; may be empty. */
  readonly prefix: string;
}

/** `artifact`: a later step of the job uploads the folder, once no secret was found in it. */
export type ExportDestination = 'artifact' | ExportAddress;

const FORMS = '`artifact`, or `s3://BUCKET/PREFIX` such as `s3://ci-artifacts/runs/123`';
const BUCKET = /^(?!\d+\.\d+\.\d+\.\d+$)(?!.*(\.\.|\.-|-\.))[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
/** The longest key of S3, in bytes of UTF-8, less what the paths of the files need. */
const LONGEST_PREFIX = 512;

/** Reads the input `export`. @throws BadValue */
export function parseDestination(text: string): ExportDestination {
  return text.toLowerCase() === 'artifact' ? 'artifact' : parseAddress(text);
}

/** @throws BadValue */
export function parseAddress(text: string): ExportAddress {
  const [, bucket = '', path = ''] = /^s3:\/\/([^/]*)(?:\/(.*))?$/is.exec(text.trim()) ?? [];
  // One `/` at the end is that of a folder. More, or one in the beginning, is what a variable that is not set leaves.
  const prefix = path.replace(/(?<=[^/])\/$/, '');
  if (bucket === '') throw new BadValue(FORMS);
  if (!BUCKET.test(bucket))
    throw new BadValue('a bucket with a name of 3 to 63 lower-case letters, digits, dots and dashes', bucket);
  const allowed = findRule(prefix);
  if (allowed) throw new BadValue(allowed);
  return { bucket, prefix };
}

/** What a prefix must be, if it is not. */
function findRule(prefix: string): string | undefined {
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(prefix)) return 'a prefix without line breaks and other control characters';
  if (prefix.split('/').some((part) => part === '.' || part === '..' || (prefix !== '' && part === ''))) {
    return 'a prefix in which no part is empty, `.` or `..`; is a variable in it not set?';
  }
  if (Buffer.byteLength(prefix) > LONGEST_PREFIX) return `a prefix of at most ${LONGEST_PREFIX} bytes`;
  return undefined;
}
