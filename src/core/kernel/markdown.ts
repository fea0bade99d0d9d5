/** Text from elsewhere as it is safe in a cell of a Markdown table: no markup, no HTML, no end of the cell. */
export function cell(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign]!)
    .replace(/[\\`*_[\]|~]/g, '\\$&');
}

/** The beginning of a long text. */
export function shorten(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
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
 * The first lines of a Markdown text that fit into so many bytes, and a line that says what is missing. An open
 * `<details>` is closed.
 */
export function fitBytes(text: string, bytes: number): string {
  if (byteLength(text) <= bytes) return text;
  const end = '\n\n… The rest did not fit: GitHub takes 1 MiB of summary a step.\n';
  const encoder = new TextEncoder();
  const room = bytes - byteLength(end) - '</details>'.length;
  const cut = new TextDecoder().decode(encoder.encode(text).subarray(0, Math.max(0, room)));
  const kept = cut.slice(0, Math.max(0, cut.lastIndexOf('\n')));
  const isOpen = kept.lastIndexOf('<details>') > kept.lastIndexOf('</details>');
  return kept + (isOpen ? '\n</details>' : '') + end;
}

export function summarizeFailure(failure: {
  code: string;
  message: string;
  hint: string;
  details: readonly string[];
}): string {
  return [
    `### Failed: ${failure.message}`,
    '',
    `**What to do:** ${failure.hint}`,
    '',
    ...(failure.details.length > 0 ? fence(failure.details) : []),
    `Code: \`${failure.code}\``,
    '',
  ].join('\n');
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Longer than any fence of a console's own. */
export function fence(lines: readonly string[]): string[] {
  return ['``````text', ...lines, '``````', ''];
}

export function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}
