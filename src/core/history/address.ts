import { BadValue } from '../inputs/inputs.js';

/** Where a history is, as users write it. */
export type HistoryAddress =
  | { readonly kind: 's3'; readonly bucket: string; readonly key: string }
  | { readonly kind: 'branch'; readonly branch: string; readonly file: string }
  /** Relative to the workspace, or absolute. */
  | { readonly kind: 'file'; readonly path: string };

const FORMS =
  '`s3://BUCKET/KEY`, `branch:NAME`, `branch:NAME:PATH`, or the path of a file, such as `s3://ci-results/history.jsonl`';
/** The file in a branch, unless the users name one. */
const FILE = 'history.jsonl';
/** What git and GitHub allow as the name of a branch, and no more. */
const BRANCH = /^(?!\/|-|.*(\/\/|\.\.|@\{|\/\.|\.lock(\/|$)|[/.]$))[^\s~^:?*[\\\x7f]+$/;

/** @throws BadValue */
export function parseHistoryAddress(text: string): HistoryAddress {
  const [, scheme] = /^([a-z0-9]+):/i.exec(text) ?? [];
  if (/[\0\n]/.test(text)) throw new BadValue(FORMS);
  if (scheme === 's3') return parseObject(text);
  if (scheme === 'branch') return parseBranch(text);
  if (scheme !== undefined) throw new BadValue(FORMS);
  if (text.endsWith('/')) throw new BadValue('the path of a file, not of a folder');
  return { kind: 'file', path: text };
}

function parseObject(text: string): HistoryAddress {
  const [, bucket = '', key = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/(.+)$/s.exec(text) ?? [];
  if (key === '' || key.endsWith('/')) throw new BadValue(`${FORMS}: the key of an object, not a prefix`);
  if (key.split('/').some((part) => part === '' || part === '.' || part === '..')) {
    throw new BadValue('a key in which no part is empty, `.` or `..`; is a variable in it not set?');
  }
  return { kind: 's3', bucket, key };
}

function parseBranch(text: string): HistoryAddress {
  const [, branch = '', file = FILE] = /^branch:([^:]*)(?::(.*))?$/s.exec(text) ?? [];
  if (!BRANCH.test(branch)) throw new BadValue('`branch:NAME` with the name of a branch, such as `branch:benchmarks`');
  if (
    file === '' ||
    file.startsWith('/') ||
    file.split('/').some((part) => part === '..' || part === '' || part === '.git')
  ) {
    throw new BadValue('`branch:NAME:PATH` with the path of a file in the branch');
  }
  return { kind: 'branch', branch, file };
}
