import type { FigureCollector } from '../collector.js';
import { isMap, type JsonMap } from '../json.js';
import { type TextReader, UnreadableError } from '../reading.js';
import { readDocument } from './document.js';

const MS = { unit: 'ms', better: 'lower' } as const;

/** `GET /path`, or the name alone if there is no method. */
export function nameRequest(method: unknown, name: unknown): string {
  return `${typeof method === 'string' ? method : ''} ${String(name)}`.trim();
}

/** Adds the share of failed requests. Their times are in the percentiles. */
export function reportFailures(
  name: string,
  { requests, failures }: { readonly requests: number; readonly failures: number },
  collector: FigureCollector,
): void {
  collector.add(`${name} [failure ratio]`, failures / requests, { better: 'lower' });
  if (failures > 0)
    collector.report(`${name}: ${failures} of ${requests} requests failed, and their times count as well`);
}

/**
 * The JSON of `locust --json` and `--json-file`. Figures per request: `GET /path`, the median in ms of locust's
 * histogram of rounded times, `[avg]` and `[failure ratio]`.
 */
export function readLocustJson(collector: FigureCollector): TextReader {
  return readDocument({
    key: '',
    take: (request, { label }) => {
      const { method, name, response_times: times, num_requests: requests, num_failures: failures } = request;
      if (typeof name !== 'string' || !isMap(times)) {
        throw new UnreadableError(`has no "name" and "response_times" in ${label}`);
      }
      const own = nameRequest(method, name);
      collector.add(own, findMedian(times), MS);
      collector.add(`${own} [avg]`, Number(request['total_response_time']) / Number(requests), MS);
      reportFailures(own, { requests: Number(requests), failures: Number(failures) }, collector);
    },
  });
}

/** @param times the number of requests by response time in ms */
function findMedian(times: JsonMap): number | undefined {
  const sorted = Object.entries(times)
    .map(([time, count]) => [Number(time), Number(count)] as const)
    .sort(([one], [other]) => one - other);
  const total = sorted.reduce((sum, [, count]) => sum + count, 0);
  let before = 0;
  for (const [time, count] of sorted) {
    before += count;
    if (before >= total / 2 && count > 0) return time;
  }
  return undefined;
}
