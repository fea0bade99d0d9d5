import type { FigureCollector } from '../collector.js';
import type { TextReader } from '../reading.js';
import { readCsv } from './csv.js';
import { reportRepeated } from './repeated.js';

/** The columns of parameters begin so. */
const PARAMETER = 'parameter_';

/** The CSV of `hyperfine --export-csv`: per command the median in seconds, as the file has no single runs. */
export function readHyperfineCsv(collector: FigureCollector): TextReader {
  const names: string[] = [];
  const rows = readCsv(['command', 'median'], ({ command = '', median, ...others }) => {
    const parameters = Object.entries(others).filter(([key]) => key.startsWith(PARAMETER));
    const listed = parameters.map(([key, value]) => `${key.slice(PARAMETER.length)}=${value}`).join(', ');
    const name = listed === '' ? command : `${command} [${listed}]`;
    names.push(name);
    collector.add(name, median === '' ? '' : Number(median), { unit: 's', better: 'lower' });
  });
  return {
    write: (text) => rows.write(text),
    close: () => {
      rows.close();
      reportRepeated(names, collector);
    },
  };
}
