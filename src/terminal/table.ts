/** One line per row; each column is as wide as its widest cell, with two spaces between columns. */
export function renderTable(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => oneLine(row[column]!).length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => oneLine(cell).padEnd(widths[column]!))
      .join('  ')
      .trimEnd();
  return rows.map(line).join('\n');
}

/** Tags and names may contain control characters, which a terminal would execute. */
function oneLine(cell: string): string {
  return cell.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
}
