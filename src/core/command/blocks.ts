import { findCodeSpans, findTags, isHtmlStart, isMailStart, isRuleOrHeading } from './inline.js';

/**
 * Where GitHub shows a line of a comment. `text`: by itself. `continued-quote`: without `>`, but directly below a quote,
 * so that it is shown as a part of the quote. `element`: inside `<details>`, `<pre>` and the like. `mail`: in the mail that
 * a reply by mail has below it.
 */
export type Place = 'text' | 'code' | 'quote' | 'continued-quote' | 'list' | 'table' | 'element' | 'mail';

export interface PlacedLine {
  /** Of the comment, from 1. */
  readonly line: number;
  readonly place: Place;
  /** Without HTML comments, and without the marks of the lists that it is in. */
  readonly text: string;
}

const FENCE = /^ {0,3}(`{3,}(?=[^`]*$)|~{3,})/;
const CLOSING_FENCE = /^ {0,3}(`{3,}|~{3,})\s*$/;
const QUOTE = /^ {0,3}>/;
const LIST_ITEM = /^( {0,3}(?:[-*+]|\d{1,9}[.)]))( +|$)/;
/** More lists and quotes within each other are no comment that a person wrote. */
const DEEPEST = 10;

/** Finds the blocks of Markdown that decide whether a line is meant: an outline of GitHub's rules, not all of them. */
export class BlockReader {
  readonly placed: PlacedLine[] = [];
  /** Whether the next line would continue a paragraph. */
  isParagraph = false;
  private at = 0;
  /** The column of the text of the list item that is open; 0 without one. */
  private column = 0;
  /** The line whose mark of a list has been read, and how many of them. */
  private marked = { at: -1, marks: 0 };
  private isBelowQuote = false;
  private readonly elements: string[] = [];
  /** Up to this line, no HTML comment ends. */
  private openUntil = 0;

  /** @param depth in how many quotes the lines are */
  constructor(
    private readonly lines: string[],
    private readonly depth = 0,
  ) {}

  read(): this {
    while (this.at < this.lines.length) this.block();
    return this;
  }

  private block(): void {
    const raw = this.lines[this.at]!;
    const indent = raw.search(/[^ ]|$/);
    if (indent === raw.length) {
      this.isParagraph = this.isBelowQuote = false;
      this.at++;
    } else {
      if (indent < this.column) this.column = 0;
      const text = raw.slice(this.column);
      const isVerbatim = this.elements.at(-1) === 'pre';
      if (isVerbatim || !this.container(text)) this.paragraph(text);
    }
  }

  /** Reads a block that is not a paragraph. @returns whether the line begins one */
  private container(text: string): boolean {
    const fence = FENCE.exec(text)?.[1];
    if (fence !== undefined) this.fence(fence);
    else if (QUOTE.test(text)) this.quote();
    else if (/^ {0,3}<!--/.test(text)) this.comment(text.indexOf('<!--') + this.column);
    else if (!isRuleOrHeading(text) && LIST_ITEM.test(text) && this.item(text)) return true;
    else if (this.isTable(text)) this.table();
    else if (isMailStart(text, this.lines.slice(this.at + 1, this.at + 7))) this.take(this.lines.length, 'mail');
    else return false;
    return true;
  }

  /** Places the lines before `end`. */
  private take(end: number, place: Place): void {
    for (; this.at < end; this.at++)
      this.placed.push({ line: this.at + 1, place, text: this.lines[this.at]!.slice(this.column) });
    this.isParagraph = this.isBelowQuote = false;
  }

  private findEnd(isEnd: (line: string) => boolean): number {
    let end = this.at + 1;
    while (end < this.lines.length && !isEnd(this.lines[end]!)) end++;
    return end;
  }

  /** Code ends with its fence, or with the list item that it is in. */
  private fence(mark: string): void {
    const isOutside = (line: string) => line.search(/[^ ]/) >= 0 && line.search(/[^ ]/) < this.column;
    const isClosed = (line: string) => CLOSING_FENCE.exec(line.slice(this.column))?.[1]?.startsWith(mark) === true;
    const end = this.findEnd((line) => isOutside(line) || isClosed(line));
    this.take(end < this.lines.length && !isOutside(this.lines[end]!) ? end + 1 : end, 'code');
  }

  private quote(): void {
    const first = this.at;
    const end = this.findEnd((line) => !QUOTE.test(line.slice(this.column)));
    this.take(end, 'quote');
    const inner = this.lines.slice(first, end).map((line) => line.slice(this.column).replace(/^(?: {0,3}> ?)+/, ''));
    const { isParagraph } = this.depth < DEEPEST ? new BlockReader(inner, this.depth + 1).read() : this;
    this.isBelowQuote = this.isParagraph = isParagraph;
  }

  /** Reads the mark of a list item, and leaves its text as the line. */
  private item(text: string): boolean {
    const { at, marks } = this.marked;
    if (at === this.at && marks >= DEEPEST) return false;
    this.marked = { at: this.at, marks: at === this.at ? marks + 1 : 1 };
    const [, mark, blanks] = LIST_ITEM.exec(text)!;
    const width = mark!.length + (blanks!.length > 4 ? 1 : Math.max(1, blanks!.length));
    this.column += width;
    this.lines[this.at] = ' '.repeat(this.column) + text.slice(width);
    this.isParagraph = this.isBelowQuote = false;
    return true;
  }

  private isTable(text: string): boolean {
    const next = this.lines[this.at + 1] ?? '';
    return [text, next].every((line) => line.includes('|')) && /^[ |:]*-[ |:-]*$/.test(next);
  }

  private table(): void {
    this.take(
      this.findEnd((line) => line.trim() === ''),
      'table',
    );
  }

  /** Removes an HTML comment, with its marks, from the lines. @param to the place after it */
  private remove(from: number, to: { readonly at: number; readonly column: number }): void {
    const before = this.lines[this.at]!.slice(0, from);
    const rest = this.lines[to.at]!.slice(to.column);
    this.lines.fill('', this.at, to.at);
    this.lines[this.at] = before;
    this.lines[to.at] = to.at === this.at ? before + rest : rest;
  }

  /** @returns the place after the comment that begins at a column of this line, if it ends before a line */
  private findCommentEnd(from: number, before: number): { at: number; column: number } | undefined {
    for (let at = this.at; at < before; at++) {
      const column = this.lines[at]!.indexOf('-->', at === this.at ? from + 4 : 0);
      if (column >= 0) return { at, column: column + 3 };
    }
    return undefined;
  }

  /** A block of HTML that begins with a comment. Without an end, it hides everything after it. */
  private comment(from: number): void {
    const last = this.lines.length - 1;
    this.remove(from, this.findCommentEnd(from, last + 1) ?? { at: last, column: this.lines[last]!.length });
    this.isParagraph = this.isBelowQuote = false;
  }

  private paragraph(text: string): void {
    if (this.hideInline(text)) return;
    if (isHtmlStart(text) || isRuleOrHeading(text)) this.isBelowQuote = false;
    this.placed.push({ line: this.at + 1, place: this.place(text), text });
    for (const { name, isEnd } of findTags(text)) {
      if (!isEnd) this.elements.push(name);
      else if (this.elements.includes(name)) this.elements.length = this.elements.lastIndexOf(name);
    }
    this.isParagraph = !isRuleOrHeading(text) && !isHtmlStart(text);
    this.at++;
  }

  private place(text: string): Place {
    if (this.elements.length > 0) return 'element';
    if (this.isBelowQuote) return 'continued-quote';
    if (text.startsWith('    ') && !this.isParagraph) return 'code';
    return this.column > 0 ? 'list' : 'text';
  }

  /** Within a paragraph, a comment without an end is text. @returns whether a comment was removed from the line */
  private hideInline(text: string): boolean {
    if (!text.includes('<!--') || this.at < this.openUntil) return false;
    const spans = findCodeSpans(text);
    let from = text.indexOf('<!--');
    while (spans.some(([start, end]) => from >= start && from < end)) from = text.indexOf('<!--', from + 4);
    if (from < 0) return false;
    const paragraphEnd = this.findEnd((line) => line.trim() === '');
    const end = this.findCommentEnd(this.column + from, paragraphEnd);
    if (end) this.remove(this.column + from, end);
    else this.openUntil = paragraphEnd;
    return end !== undefined;
  }
}
