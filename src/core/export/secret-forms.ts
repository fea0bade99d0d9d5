/** How a secret is written: what a message says of a find. */
export type SecretForm = 'as it is' | 'in base64' | 'percent-encoded' | 'in JSON' | 'in XML or HTML';

/** A value that must not leave. */
export interface Secret {
  /** Where it is from, such as `\`secret-env\`: TOKEN`. Messages show it in place of the value. */
  readonly name: string;
  readonly text: string;
}

/** A run of bytes that only a secret has. */
export interface Pattern {
  readonly bytes: Uint8Array;
  readonly form: SecretForm;
  /** That of the {@link Secret}. */
  readonly name: string;
}

/** Shorter values are in any file by chance, such as `true` or `22`. */
export const SHORTEST_SECRET = 6;
/** Of longer texts their middle is searched for: a match of so many bytes is no chance. */
const LONGEST_PATTERN = 64;
/** A line of a secret of several lines is searched for by itself if it is as long and without blanks. */
const SHORTEST_LINE = 20;
/** The halves of base64 of this length are searched for: a line break in one leaves the other whole. */
const HALVED_BASE64 = 24;
/** Of each half, so many characters beside the middle: lines of base64 have 60 and more, so one break is in both at most. */
const LONGEST_HALF = 30;
/** Between lines of base64, which are of whole groups of four characters. */
const LINE_BREAKS = ['\n', '\r\n'];
/** How programs write characters in XML and HTML. Some leave quotes as they are outside of attributes, and `>`. */
const IN_MARKUP: readonly (readonly [character: string, ...written: string[]])[] = [
  ['<', '&lt;'],
  ['>', '&gt;', '>'],
  ['"', '&quot;', '&#34;', '"'],
  ["'", '&#39;', '&apos;', '&#x27;', "'"],
];

/**
 * The byte patterns of secrets: as they are, in base64 and base64url at each of the three alignments, also in lines,
 * percent-encoded, and escaped as in JSON, XML and HTML. Compressed or encrypted forms are not found.
 *
 * @returns `short`: how many values are too short to be searched for
 */
export function listPatterns(secrets: readonly Secret[]): { patterns: readonly Pattern[]; short: number } {
  // The first name of a value counts.
  const names = new Map(secrets.toReversed().map(({ name, text }) => [text.trim(), name]));
  names.delete('');
  const searched = [...names].filter(([text]) => Buffer.byteLength(text) >= SHORTEST_SECRET);
  const patterns = new Map<string, Pattern>();
  for (const [value, name] of searched) {
    for (const [form, text] of withLines(value).flatMap(listForms)) {
      const bytes = takeMiddle(Buffer.from(text));
      patterns.set(bytes.toString('latin1'), { form, name, bytes });
    }
  }
  return { patterns: [...patterns.values()], short: names.size - searched.length };
}

/** The value with each kind of line breaks, and its long lines, as GitHub masks them. */
function withLines(value: string): string[] {
  if (!/[\r\n]/.test(value)) return [value];
  const lines = value.split(/\r?\n|\r/);
  const long = lines.map((one) => one.trim()).filter((one) => one.length >= SHORTEST_LINE && !/\s|^-----/.test(one));
  return [lines.join('\n'), lines.join('\r\n'), ...long];
}

/** The last form of a text counts: most values are the same in all forms but base64. */
function listForms(value: string): (readonly [SecretForm, string])[] {
  const base64 = [0, 1, 2].flatMap((shift) => encodeAt(shift, value));
  return [
    ...base64.map((text) => ['in base64', text] as const),
    ...listMarkup(value).map((text) => ['in XML or HTML', text] as const),
    ['in JSON', JSON.stringify(value).slice(1, -1)],
    // Half of a character of two code units, which no encoder accepts, becomes what a file would have in its place.
    ['percent-encoded', encodeURIComponent(Buffer.from(value).toString())],
    ['as it is', value],
  ];
}

/** The ways in which programs escape the value in XML and HTML. */
function listMarkup(value: string): string[] {
  const inText = value.replaceAll('&', '&amp;');
  return IN_MARKUP.filter(([character]) => value.includes(character)).reduce<string[]>(
    (texts, [character, ...written]) =>
      written.flatMap((one) => texts.map((text) => text.replaceAll(character, () => one))),
    [inText],
  );
}

/** Base64 of the value behind `shift` other bytes, without the characters that its neighbors decide about. */
function encodeAt(shift: number, value: string): string[] {
  const bytes = Buffer.concat([Buffer.alloc(shift), Buffer.from(value)]);
  const whole = bytes.toString('base64').replaceAll('=', '');
  const begin = shift === 0 ? 0 : shift + 1;
  const end = bytes.length % 3 === 0 ? whole.length : whole.length - 1;
  return breakLines(whole.slice(begin, end), begin).flatMap((one) => {
    const url = one.replaceAll('+', '-').replaceAll('/', '_');
    return url === one ? [one] : [one, url];
  });
}

/**
 * Texts of which at least one is in base64, whether or not a line ends within it. @param begin how many characters of its
 * group of four are before it
 */
function breakLines(base64: string, begin: number): string[] {
  if (base64.length >= HALVED_BASE64) {
    const middle = Math.floor(base64.length / 2);
    return [base64.slice(Math.max(0, middle - LONGEST_HALF), middle), base64.slice(middle, middle + LONGEST_HALF)];
  }
  const broken: string[] = [];
  for (let at = 4 - begin; at < base64.length; at += 4) {
    broken.push(...LINE_BREAKS.map((one) => `${base64.slice(0, at)}${one}${base64.slice(at)}`));
  }
  return [base64, ...broken];
}

function takeMiddle(bytes: Buffer): Buffer {
  if (bytes.length <= LONGEST_PATTERN) return bytes;
  const from = Math.floor((bytes.length - LONGEST_PATTERN) / 2);
  return bytes.subarray(from, from + LONGEST_PATTERN);
}
