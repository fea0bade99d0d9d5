import type { FigureCollector } from '../collector.js';
import type { TextReader } from '../reading.js';
import { readCsv, type CsvRow } from './csv.js';
import { nameRequest, reportFailures } from './locust.js';

const MS = { unit: 'ms', better: 'lower' } as const;
/** The percentiles that become figures. The outermost are single requests, which change from run to run. */
const PERCENTILES = ['90%', '95%', '99%'];

/**
 * The file `PREFIX_stats.csv` of `locust --csv PREFIX`. Figures per request, and for the row `Aggregated`:
 *
 * - `GET /path`: the median in ms, and `[avg]`, `[p(90)]`, `[p(95)]`, `[p(99)]`
 * - `[rate]`: requests per second
 * - `[failure ratio]`: from 0 to 1
 */
export function readLocustCsv(collector: FigureCollector): TextReader {
  return readCsv(['Type', 'Name', 'Request Count', 'Failure Count', 'Median Response Time'], (row) =>
    addRow(row, collector),
  );
}

function addRow(row: CsvRow, collector: FigureCollector): void {
  const name = nameRequest(row['Type'], row['Name']);
  const requests = Number(row['Request Count']);
  const failures = Number(row['Failure Count']);
  collector.add(name, toNumber(row['Median Response Time']), MS);
  collector.add(`${name} [avg]`, toNumber(row['Average Response Time']), MS);
  for (const percentile of PERCENTILES) {
    if (row[percentile] !== undefined)
      collector.add(`${name} [p(${percentile.slice(0, -1)})]`, toNumber(row[percentile]), MS);
  }
  collector.add(`${name} [rate]`, toNumber(row['Requests/s']), { unit: '1/s', better: 'higher' });
  reportFailures(name, { requests, failures }, collector);
}

/** `N/A`, which locust writes without requests, stays a text. */
function toNumber(text: string | undefined): number | string | undefined {
  return text === undefined || text.trim() === '' || !Number.isFinite(Number(text)) ? text : Number(text);
}

/** The other files of `locust --csv`, which have no figures of the whole run. */
export function skipLocustCsv(_collector: FigureCollector): TextReader {
  return { write: () => undefined, close: () => undefined };
}
