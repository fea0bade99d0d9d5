// eslint-disable-next-line no-control-regex
const ANSI = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g;
/** Characters that XML 1.0 forbids in any form. Source: https://www.w3.org/TR/xml/#charsets */
// eslint-disable-next-line no-control-regex
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;
/** A reference to a control character. No parser resolves it. */
const CONTROL_REFERENCE = /&#(?:x0*[0-9a-f]|x0*1[0-9a-f]|0*[0-9]|0*[12][0-9]|0*3[01]);/gi;
const ESCAPE_REFERENCE = /&#(?:x0*1b|0*27);/gi;
const LONGEST_TEXT = 2_000;
/** The XML declaration, which names the encoding, is within the first bytes of a file. */
const DECLARATION_BYTES = 256;

type Decoder = InstanceType<typeof TextDecoder>;

/** The beginning of a text, without colors and other control characters. */
export function plainText(text: string): string {
  const short = text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
  return short
    .replace(ESCAPE_REFERENCE, '\u001b')
    .replace(ANSI, '')
    .replace(CONTROL_REFERENCE, '')
    .replace(FORBIDDEN, '')
    .trim();
}

/**
 * Decodes an XML file piece by piece, and drops the characters that XML forbids. The byte order mark or the XML
 * declaration names the encoding. Default: UTF-8.
 *
 * @throws Error for an unknown encoding
 */
export async function* decodeXml(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let decoder: Decoder | undefined;
  let start: Uint8Array = new Uint8Array();
  for await (const chunk of chunks) {
    const piece = decoder ? chunk : join(start, chunk);
    if (!decoder && piece.length < DECLARATION_BYTES) {
      start = piece;
      continue;
    }
    decoder ??= createDecoder(piece);
    yield dropForbidden(decoder.decode(piece, { stream: true }));
  }
  yield dropForbidden(decoder ? decoder.decode() : createDecoder(start).decode(start));
}

function join(one: Uint8Array, other: Uint8Array): Uint8Array {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}

function dropForbidden(text: string): string {
  return FORBIDDEN.test(text) ? text.replace(ANSI, '').replace(FORBIDDEN, '') : text;
}

function createDecoder(start: Uint8Array): Decoder {
  const encoding = findEncoding(start);
  try {
    return new TextDecoder(encoding);
  } catch {
    throw new Error(`its encoding is "${encoding}", which is not known`);
  }
}

function findEncoding(start: Uint8Array): string {
  const [a = 0, b = 0] = start;
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  if (a === 0x3c && b === 0) return 'utf-16le';
  if (a === 0 && b === 0x3c) return 'utf-16be';
  const beginning = new TextDecoder('latin1').decode(start.subarray(0, DECLARATION_BYTES));
  return /^[^<]{0,8}<\?xml[^>]*\sencoding\s*=\s*["']([^"'>]+)["']/.exec(beginning)?.[1]?.trim() ?? 'utf-8';
}
