import type { FigureCollector } from '../collector.js';
import type { TextReader } from '../reading.js';
import { readCsv } from './csv.js';

/** The columns of parameters begin so. */
const PARAMETER = 'parameter_';

/** The CSV of `hyperfine --export-csv`: per command the median in seconds, as the file has no single runs. */
export function readHyperfineCsv(collector: FigureCollector): TextReader {
  return readCsv(['command', 'median'], ({ command = '', median, ...others }) => {
    const parameters = Object.entries(others).filter(([key]) => key.startsWith(PARAMETER));
    const listed = parameters.map(([key, value]) => `${key.slice(PARAMETER.length)}=${value}`).join(', ');
    const name = listed === '' ? command : `${command} [${listed}]`;
    collector.add(name, median === '' ? '' : Number(median), { unit: 's', better: 'lower' });
  });
}
