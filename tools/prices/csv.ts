/**
 * The records of a CSV file, one after the other: AWS's price lists have hundreds of megabytes. A record ends at a line
 * break outside of quotes.
 *
 * @param wants whether a record is parsed at all, from its text
 */
export async function* readRecords(
  chunks: AsyncIterable<string>,
  wants: (text: string) => boolean = () => true,
): AsyncGenerator<string[]> {
  let rest = '';
  let open = '';
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    for (const line of lines) {
      open = open === '' ? line : `${open}\n${line}`;
      if (hasOpenQuote(open)) continue;
      if (open !== '' && wants(open)) yield parseRecord(open);
      open = '';
    }
  }
  const last = open === '' ? rest : `${open}\n${rest}`;
  if (hasOpenQuote(last)) throw new Error('The price list ends within a record: the download is not complete.');
  if (last !== '' && wants(last)) yield parseRecord(last);
}

function hasOpenQuote(text: string): boolean {
  let isOpen = false;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) isOpen = !isOpen;
  return isOpen;
}

/** Quoted fields, in which a quote is doubled, and plain ones. */
function parseRecord(text: string): string[] {
  const fields: string[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y;
  const line = text.replace(/\r$/, '');
  for (;;) {
    const [, quoted, plain = '', end] = field.exec(line) ?? [];
    if (end === undefined) throw new Error(`A record of the price list is malformed: ${text.slice(0, 120)}`);
    fields.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === '') return fields;
  }
}
