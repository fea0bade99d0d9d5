/** Text from elsewhere as it is safe in a cell of a Markdown table: no markup, no HTML, no end of the cell. */
export function cell(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign]!)
    .replace(/[\\`*_[\]|~]/g, '\\$&');
}
