import { code, markdown, table, type Cell } from '../kernel/markdown.js';
import { plural } from '../kernel/plural.js';
import type { ExportResult } from './export.js';
import type { Searched } from './searched.js';

/** The section of an export in a job summary. */
export function summarizeExport(result: ExportResult): string {
  const { address, url, files, bytes, publicBy } = result;
  const rows: (readonly [string, Cell])[] = [
    ['Where', markdown(`[${code(`s3://${address.bucket}/${address.prefix}`).markdown}](${url})`)],
    ['Files', `${plural(files, 'file')}, ${describeBytes(bytes)}`],
    ['Sent now', describeSent(result)],
    ['Who may read', publicBy === 'no' ? 'Only who has the permission in AWS' : 'Everybody: the bucket is public'],
  ];
  const notes = listNotes(result);
  return ['### Export', '', table(['', ''], rows), '', ...notes.flatMap((one) => [one, ''])].join('\n');
}

/** One sentence. Plain text. @param ms how long it took */
export function describeExport(result: ExportResult, ms: number): string {
  const { address, url } = result;
  const seconds = (ms / 1_000).toFixed(1);
  return `Exported to s3://${address.bucket}/${address.prefix} in ${seconds} s: sent ${describeSent(result)}. ${url}`;
}

/** One sentence. Plain text. */
export function describeSearched({ files, bytes }: Searched): string {
  return `No secret of this run was found in ${plural(files, 'file')}, ${describeBytes(bytes)}. \`upload\` is set.`;
}

/** The section of a job summary about a folder that a later step may upload. */
export function summarizeSearched(searched: Searched, artifacts: string): string {
  const text = `${describeSearched(searched)} A later step of the job may upload ${show(artifacts)}.`;
  return ['### Export', '', text, '', ...listNotes(searched).flatMap((one) => [one, ''])].join('\n');
}

function describeSent({ files, sent }: ExportResult): string {
  const there = files - sent.files;
  const rest = there > 0 ? `; ${plural(there, 'file')} were in the bucket already` : '';
  return `${plural(sent.files, 'file')}, ${describeBytes(sent.bytes)}${rest}`;
}

/** What was not exported or not searched. Markdown. */
function listNotes({ skipped, partly, growing, shortSecrets }: Searched): string[] {
  return [
    ...(skipped.length > 0 ? [`Not exported, because they are links or special files: ${list(skipped)}.`] : []),
    ...(partly.length > 0 ? [`Searched only in the first 8 GiB of their unpacked content: ${list(partly)}.`] : []),
    ...(growing.length > 0
      ? [`Still written to, so exported as long as they were in the beginning: ${list(growing)}.`]
      : []),
    ...(shortSecrets > 0
      ? [`${plural(shortSecrets, 'secret')} of fewer than 6 bytes were not searched for: they would be in any file.`]
      : []),
  ];
}

const MOST_SHOWN = 10;

function list(paths: readonly string[]): string {
  return `${paths.slice(0, MOST_SHOWN).map(show).join(', ')}${paths.length > MOST_SHOWN ? ', …' : ''}`;
}

function show(path: string): string {
  return code(path).markdown;
}

/** `12.3 MB`, in powers of 1,000 as S3's console has them. */
export function describeBytes(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, bytes < 1_000 ? 0 : Math.floor(Math.log10(bytes) / 3));
  return power === 0 ? `${bytes} bytes` : `${(bytes / 1_000 ** power).toFixed(1)} ${units[power]}`;
}
