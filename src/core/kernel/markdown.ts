/** GitHub-flavored Markdown for job summaries and for printed documents. */

/**
 * Markdown that is written as it stands. Wrap only our own text: input, names and messages from elsewhere stay strings.
 */
export interface Markdown {
  readonly markdown: string;
}

/** The content of a table cell: a string is plain text and is escaped, {@link Markdown} is not. */
export type Cell = string | Markdown;

/** The heading of a column, which is Markdown; `right` aligns the column to the right, for numbers. */
export type Heading = string | { readonly right: string };

/** Marks a text as Markdown of our own, so that {@link cell} does not escape it. */
export function markdown(text: string): Markdown {
  return { markdown: text };
}

/** A text as inline code. Backticks are dropped, because they would end the code. */
export function code(text: string): Markdown {
  return { markdown: `\`${text.replaceAll('`', '')}\`` };
}

/** One cell in one line. Plain text keeps no markup and no HTML; neither kind can end the cell. */
export function cell(content: Cell): string {
  if (typeof content !== 'string') {
    return content.markdown.replace(/\s*\n\s*/g, ' ').replace(/(?<!\\)\|/g, '\\|');
  }
  return content
    .replace(/\s+/g, ' ')
    .replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign]!)
    .replace(/[\\`*_[\]|~]/g, '\\$&');
}

/**
 * The lines of a table: the headings, the rule below them, and one line per row.
 *
 * @example tableLines(['Test', { right: 'Seconds' }], [[name, markdown('**1.0**')]])
 */
export function tableLines(headings: readonly Heading[], rows: readonly (readonly Cell[])[]): string[] {
  const titles = headings.map((heading) => markdown(typeof heading === 'string' ? heading : heading.right));
  const rule = headings.map((heading) => (typeof heading === 'string' ? '---' : '---:'));
  return [titles, rule, ...rows].map((cells) => `| ${cells.map(cell).join(' | ')} |`);
}

/** {@link tableLines} as one text. */
export function table(headings: readonly Heading[], rows: readonly (readonly Cell[])[]): string {
  return tableLines(headings, rows).join('\n');
}

/** The lines of a code block. Its fence is longer than any that a console prints. */
export function fence(lines: readonly string[]): string[] {
  return ['``````text', ...lines, '``````', ''];
}

/** The lines of a section that the reader unfolds. `summary` may hold HTML. */
export function details(summary: string, body: readonly string[]): string[] {
  const end = body.at(-1) === '' ? [] : [''];
  return [`<details><summary>${summary}</summary>`, '', ...body, ...end, '</details>', ''];
}

/** The beginning of a long text. A character of two code units, such as an emoji, is not cut in half. */
export function shorten(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest - 1).replace(/[\ud800-\udbff]$/, '')}…` : text;
}

/** The beginning and the end of a long text: the names of parametrized tests differ at their end. */
export function shortenMiddle(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const kept = longest - 1;
  return `${text.slice(0, Math.ceil(kept / 2))}…${text.slice(text.length - Math.floor(kept / 2))}`;
}

/** Size in UTF-8, as GitHub counts. */
export function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

/**
 * Cuts a summary at the end of a line so that it fits into `bytes`, and adds a line that says so. An open `<details>`
 * is closed.
 */
export function fitBytes(text: string, bytes: number): string {
  if (byteLength(text) <= bytes) return text;
  const end = '\n\n… The rest did not fit: GitHub accepts 1 MiB of summary per step.\n';
  const encoder = new TextEncoder();
  const room = bytes - byteLength(end) - '</details>'.length;
  const cut = new TextDecoder().decode(encoder.encode(text).subarray(0, Math.max(0, room)));
  const kept = cut.slice(0, Math.max(0, cut.lastIndexOf('\n')));
  const isOpen = kept.lastIndexOf('<details>') > kept.lastIndexOf('</details>');
  return kept + (isOpen ? '\n</details>' : '') + end;
}
