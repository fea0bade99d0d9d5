/**
 * Texts of others in a comment on GitHub. Whatever they hold, they are shown as they are: no markup, no link, no mention
 * (which would notify), no reference to an issue, no formula, no emoji.
 */
import { byteLength, cell, markdown, shorten, type Markdown } from './markdown.js';

export const LONGEST_CODE = 120;
const LONGEST_SENTENCE = 600;
/** Control characters, halves of a character, and what shows nothing or changes the order of what is beside it. */
const HIDDEN =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/gu;
/** What GitHub finds in text after Markdown has been read, so that a backslash or an entity is no protection. */
const REFERENCES = /@|#(?=\d)|:(?=\/\/|[\w+-]+:)|\bwww(?=\.)|\bGH-(?=\d)/gi;
/** A text as inline code of at most `longest` characters. Backticks stay, because the code has a longer fence. */
export function quote(text: string, longest = LONGEST_CODE): string {
  const line = showHidden(shorten(text, longest)) || "''";
  const runs = new Set(line.match(/`+/g));
  let fence = '`';
  while (runs.has(fence)) fence += '`';
  // Markdown takes one blank from each side of a code that has both.
  const pad = /^`|`$|^ .*[^ ].* $/.test(line) ? ' ' : '';
  return `${fence}${pad}${line}${pad}${fence}`;
}

/** Control characters and the like by their numbers. */
export function showHidden(text: string): string {
  const names: Record<string, string> = { '\n': '\\n', '\t': '\\t', '\r': '\\r' };
  return text.replace(HIDDEN, (sign) => names[sign] ?? `\\u{${sign.codePointAt(0)!.toString(16)}}`);
}

/** A sentence of ours with texts of others in it, of which those in backticks become code. One line. */
export function prose(text: string, longest = LONGEST_SENTENCE): string {
  const whole = text
    .slice(0, longest * 10)
    .replace(/\s+/g, ' ')
    .trim();
  const line = shorten(whole, longest);
  // The cut may have taken the end of a code.
  const isOpen = line !== whole && line.split('`').length % 2 === 0;
  return (
    `${line}${isOpen ? '`' : ''}`
      .split(/(`[^`]+`)/)
      .map((part, at) => (at % 2 === 1 ? quote(part.slice(1, -1), longest) : escapeText(part)))
      .join('')
      // What begins a line may be a heading, a list, or a command.
      .replace(/^[#+=/-]/, '\\$&')
      .replace(/^(\d+)([.)])/, '$1\\$2')
  );
}

/** A text that is neither code nor a sentence with code: each character stands for itself. */
export function escapeText(text: string): string {
  // GitHub documents the span as the way to write a dollar sign that begins no formula.
  const escaped = cell(showHidden(text)).replace(REFERENCES, '$&&#8203;');
  return escaped.replaceAll('$', '<span>$</span>').replaceAll('\\`', '&#96;');
}

/** Markdown of {@link quote} and {@link prose} as a cell of a table, which a `|` would end. */
export function toCell(text: string): Markdown {
  return markdown(text.replaceAll('|', '\\|'));
}

/** A link, or only its label where the address is not one of the web. @param label Markdown */
export function link(label: string, url: string): string {
  if (!/^https?:\/\/[\x21-\x7e]+$/.test(url)) return label;
  const safe = url.replace(/[()<>[\]|`"'\\]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
  return `[${label}](${safe})`;
}

export interface FittedTexts {
  readonly shown: readonly string[];
  /** How many had no room. */
  readonly left: number;
}

/** As many of the texts as fit into `bytes` of UTF-8. */
export function fitTexts<T>(items: readonly T[], render: (item: T) => string, bytes: number): FittedTexts {
  const shown: string[] = [];
  let room = bytes;
  for (const item of items) {
    const text = render(item);
    room -= byteLength(text) + 2;
    if (room < 0) break;
    shown.push(text);
  }
  return { shown, left: items.length - shown.length };
}

/** `a, b, … and 3 more` */
export function listSome<T>(items: readonly T[], render: (item: T) => string, bytes: number): string {
  const { shown, left } = fitTexts(items, render, bytes);
  return [...shown, ...(left > 0 ? [`… and ${left} more`] : [])].join(', ');
}
