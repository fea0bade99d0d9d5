import { Failure } from '../kernel/failure.js';
import { shorten } from '../kernel/markdown.js';
import { decodeXml } from '../verdict/xml-text.js';
import { FigureCollector } from './collector.js';
import { FORMATS, type FormatName } from './formats.js';
import { readHead } from './head.js';
import { UnreadableError, type Reading } from './reading.js';

/** A file with results. */
export interface ResultFile {
  /** For messages, such as its path. */
  readonly name: string;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** The keys that tell a format are in the first bytes of a file: before them, some tools list the machine. */
const HEAD_BYTES = 65_536;
const SHOWN = 60;
/** The names of files that programs write results to. */
const RESULTS = /\.(json|jsonl|ndjson|csv|xml|txt|log|out|html?)$/i;
const HTML = /^<(!doctype\s+html|html|head|body)\b/i;
const HINT =
  'Give a file that one of the tools of docs/result-formats.md wrote, or JSON lines such as {"name":"latency","value":12.5,"unit":"ms"}.';

/**
 * Reads a file with results. It may be of any size: what is kept are its figures.
 *
 * @param format as the user names it. By default the content decides
 * @throws Failure `results-unreadable` if the file is of no known format, is cut off, or has too many figures
 */
export async function readFigures(file: ResultFile, format?: FormatName): Promise<Reading> {
  const collector = new FigureCollector();
  try {
    const { head, chunks } = await split(file.chunks);
    const known = FORMATS[checkHead(decodeHead(head), { name: file.name, format })];
    const reader = known.open(collector, file.name);
    const texts = known === FORMATS.junit ? decodeXml(chunks) : decodeText(chunks, head);
    for await (const text of texts) reader.write(text);
    reader.close();
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    throw new Failure('results-unreadable', `${file.name} ${error.message}.`, { hint: HINT, cause: error });
  }
  return collector.finish();
}

/** The beginning of a file, and the whole of it. */
async function split(
  chunks: AsyncIterable<Uint8Array>,
): Promise<{ readonly head: Uint8Array; readonly chunks: AsyncIterable<Uint8Array> }> {
  const rest = chunks[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  for (let size = 0; size < HEAD_BYTES;) {
    const next = await rest.next();
    if (next.done) break;
    first.push(next.value);
    size += next.value.length;
  }
  async function* all(): AsyncGenerator<Uint8Array> {
    yield* first;
    yield* { [Symbol.asyncIterator]: () => rest };
  }
  return { head: Buffer.concat(first).subarray(0, HEAD_BYTES), chunks: all() };
}

/** The format of a file. @param text its beginning @throws UnreadableError */
function checkHead(
  text: string,
  { name, format }: { readonly name: string; readonly format: FormatName | undefined },
): FormatName {
  const head = readHead(text);
  if (head.start === '') throw new UnreadableError('is empty');
  if (HTML.test(head.start)) throw new UnreadableError('is an HTML page, such as a login or an error page');
  if (head.start.includes('\0')) throw new UnreadableError('is not a text file');
  const found = format ?? (Object.keys(FORMATS) as FormatName[]).find((one) => FORMATS[one].matches(head));
  if (found) return found;
  // Another file may hold secrets.
  const begin = RESULTS.test(name) ? `: it begins with ${JSON.stringify(shorten(head.start, SHOWN))}` : '';
  throw new UnreadableError(`is of no known format${begin}`);
}

function decodeHead(bytes: Uint8Array): string {
  return new TextDecoder(encodingOf(bytes)).decode(bytes);
}

/** Decodes pieces of UTF-8, or of UTF-16 with its mark, which PowerShell writes. */
async function* decodeText(chunks: AsyncIterable<Uint8Array>, head: Uint8Array): AsyncGenerator<string> {
  const decoder = new TextDecoder(encodingOf(head));
  for await (const chunk of chunks) yield decoder.decode(chunk, { stream: true });
  yield decoder.decode();
}

function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
}
