import type { FigureCollector } from '../collector.js';
import type { Figure } from '../figure.js';

type Facts = Pick<Figure, 'unit' | 'better'>;

/** k6's own trends are times in ms. Whether a user's trend is a time, only some of the files say. */
const OWN_TIME = /^(http_req_|iteration_duration|group_duration|ws_|grpc_req_|browser_)/;
const OWN_BYTES = /^data_(sent|received)$/;
/** What k6 sets itself, and no result: how many virtual users there were. */
const OWN_SETTING = /^vus(_max)?$/;

/** @param contains `time`, `data` or `default`; undefined if the file does not say */
export function trendFacts(metric: string, contains?: unknown): Partial<Facts> {
  const isTime = contains === undefined ? OWN_TIME.test(baseName(metric)) : contains === 'time';
  if (isTime) return { unit: 'ms', better: 'lower' };
  return contains === 'data' ? { unit: 'bytes' } : {};
}

/** Adds a counter as its events per second. */
export function addCounter(metric: string, perSecond: unknown, collector: FigureCollector): void {
  const base = baseName(metric);
  const isWork = base === 'http_reqs' || base === 'iterations';
  const unit = OWN_BYTES.test(base) ? 'bytes/s' : base === 'http_reqs' ? 'req/s' : '1/s';
  collector.add(`${metric} [rate]`, perSecond, { unit, ...(isWork && { better: 'higher' }) });
}

/** Adds a share of events, from 0 to 1. */
export function addRate(metric: string, share: unknown, collector: FigureCollector): void {
  const base = baseName(metric);
  const better = base === 'http_req_failed' ? 'lower' : base === 'checks' ? 'higher' : undefined;
  collector.add(metric, share, better ? { better } : {});
}

export function addGauge(metric: string, value: unknown, collector: FigureCollector): void {
  if (!OWN_SETTING.test(metric)) collector.add(metric, value);
}

/** `http_reqs` of the submetric `http_reqs{expected_response:true}`. */
function baseName(metric: string): string {
  return metric.replace(/\{.*$/, '');
}
