/** Elements whose content is collapsed, quoted or shown as written. */
const TAG = /<(\/?)(details|pre|blockquote|table)\b[^<>]*>/gi;

/** Whether a line begins HTML, which ends a paragraph of Markdown. */
export function isHtmlStart(line: string): boolean {
  return /^ {0,3}<(?:\/?(?:details|summary|pre|blockquote|table|div|p|hr|h[1-6]|ul|ol|li)\b|!)/i.test(line);
}

export function isRuleOrHeading(line: string): boolean {
  if (/^ {0,3}#{1,6}(?:\s|$)/.test(line)) return true;
  return /^ {0,3}[-*_]/.test(line) && /^([-*_])\1{2,}$/.test(line.replaceAll(' ', ''));
}

const MAIL = /^-{2,} ?Original Message ?-{2,}/i;
/** The first line of the header that mail programs put above the mail that is answered, and its last. */
const MAIL_FROM = /^[*_]{0,2}(?:From|Von|De|Da):[*_]{0,2}\s/;
const MAIL_SUBJECT = /^[*_]{0,2}(?:Subject|Betreff|Objet|Asunto|Oggetto):[*_]{0,2}\s/;

/** Whether the mail that a comment answers begins here. @param next some of the lines after this one */
export function isMailStart(line: string, next: readonly string[]): boolean {
  return MAIL.test(line) || (MAIL_FROM.test(line) && next.some((one) => MAIL_SUBJECT.test(one.trim())));
}

/** The code spans of a line, as [start, end) with their marks. A mark without an equal one after it is text. */
export function findCodeSpans(line: string): [number, number][] {
  const marks = [...line.matchAll(/`+/g)].map(({ 0: mark, index }) => ({ index, length: mark.length }));
  /** The numbers of the marks of each length, the first last. */
  const left = new Map<number, number[]>();
  for (let at = marks.length - 1; at >= 0; at--) {
    const { length } = marks[at]!;
    left.set(length, left.get(length) ?? []);
    left.get(length)!.push(at);
  }
  const spans: [number, number][] = [];
  for (let at = 0; at < marks.length; at++) {
    const { index, length } = marks[at]!;
    const equal = left.get(length)!;
    while (equal.length > 0 && equal.at(-1)! <= at) equal.pop();
    const end = equal.at(-1);
    if (end === undefined) continue;
    spans.push([index, marks[end]!.index + length]);
    at = end;
  }
  return spans;
}

/** The tags of a line that are not in a code span. */
export function findTags(line: string): { name: string; isEnd: boolean }[] {
  if (!line.includes('<')) return [];
  const spans = findCodeSpans(line);
  let at = 0;
  return [...line.matchAll(TAG)].flatMap(({ index, 1: slash, 2: name }) => {
    while (at < spans.length && spans[at]![1] <= index) at++;
    const isCode = at < spans.length && spans[at]![0] <= index;
    return isCode ? [] : { name: name!.toLowerCase(), isEnd: slash === '/' };
  });
}
