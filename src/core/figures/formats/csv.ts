import { plural } from '../../kernel/plural.js';
import { LineReader } from '../lines.js';
import { type TextReader, UnreadableError } from '../reading.js';

/** A row by the names of its columns. */
export type CsvRow = Readonly<Record<string, string>>;

const LONGEST_ROW = 2 ** 20;

/**
 * Reads CSV as Python and Rust write it: a header, fields in double quotes where needed, line breaks inside quotes.
 *
 * @param columns that the header must have
 * @throws UnreadableError
 */
export function readCsv(columns: readonly string[], take: (row: CsvRow, number: number) => void): TextReader {
  let header: readonly string[] | undefined;
  let open = '';
  const lines = new LineReader((line, number) => {
    const row = open + line;
    // An odd count of quotes: the row goes on in the next line.
    if ((row.split('"').length - 1) % 2 === 1) {
      open = `${row}\n`;
      if (open.length > LONGEST_ROW) throw new UnreadableError(`has an open quote in line ${number}`);
      return;
    }
    open = '';
    const fields = splitFields(row);
    if (!header) header = checkHeader(fields, columns);
    else if (fields.length !== header.length) {
      throw new UnreadableError(
        `has ${plural(fields.length, 'field')} in line ${number}; the header has ${header.length}`,
      );
    } else take(Object.fromEntries(header.map((name, index) => [name, fields[index]!])), number);
  });
  return {
    write: (text) => lines.write(text),
    close: () => {
      lines.close();
      if (open !== '') throw new UnreadableError('is cut off inside quotes');
      if (!header) throw new UnreadableError('is empty');
    },
  };
}

function checkHeader(fields: readonly string[], columns: readonly string[]): readonly string[] {
  const missing = columns.filter((one) => !fields.includes(one));
  if (missing.length > 0) throw new UnreadableError(`has no column "${missing.join('", "')}"`);
  return fields;
}

function splitFields(row: string): string[] {
  return [...`,${row}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) =>
    quoted === undefined ? plain! : quoted.replaceAll('""', '"'),
  );
}
