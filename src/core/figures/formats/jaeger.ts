import type { FigureCollector } from '../collector.js';
import { isMap, type JsonMap } from '../json.js';
import { type TextReader, UnreadableError } from '../reading.js';
import { readDocument } from './document.js';
import { average, deviate } from '../statistics.js';

const SECONDS = { unit: 's', better: 'lower' } as const;
const US_PER_S = 1_000_000;
/** The modules of Benchmark Tools that compute the same figures. Several compute `data_points`. */
const LATENCY = { module: 'latency_evaluation' } as const;
const THROUGHPUT = { module: 'throughput_evaluation' } as const;
const SHED = { module: 'scheduler_load_shedding_evaluation' } as const;
const PER_SERVICE = { ...SECONDS, module: 'per_service_speed_evaluation' } as const;
/** The operation by which a service says that it dropped an event. */
const SHEDDING = 'log_event_load_shedding';

interface Span {
  readonly operation: string;
  /** Undefined if the trace does not list the span's process. */
  readonly service: string | undefined;
  /** In microseconds. */
  readonly start: number;
  readonly duration: number;
}

/** What is kept of all traces. Times in microseconds. */
interface Totals {
  readonly latencies: number[];
  readonly durations: Map<string, number[]>;
  shed: number;
  first: number;
  last: number;
}

/**
 * Jaeger's traces (`/api/traces`), with the figures of Benchmark Tools, and `latency`, the seconds of each trace as samples:
 *
 * - `latency_avg`, `latency_std`, `data_points`: from the first start of a span to the last end, over all traces
 * - `throughput_fps`: traces per second, from the first start of all to the last end
 * - `load_shedding_rate`: the share of traces with a span `log_event_load_shedding`
 * - `SERVICE_OPERATION_avg` and `_std` (two spans or more)
 *
 * Benchmark Tools takes the first and last span as listed. Jaeger promises no order, so the times decide here.
 */
export function readJaeger(collector: FigureCollector): TextReader {
  const totals: Totals = { latencies: [], durations: new Map(), shed: 0, first: Infinity, last: -Infinity };
  return readDocument({
    key: 'data',
    take: (trace, { label }) => addTrace(readSpans(trace, label), totals),
    finish: () => {
      addLatency(totals, collector);
      addDurations(totals, collector);
    },
  });
}

function readSpans({ spans, processes }: JsonMap, label: string): Span[] {
  if (!Array.isArray(spans) || spans.length === 0) throw new UnreadableError(`has no "spans" in ${label}`);
  return spans.map((span: unknown) => {
    const { operationName, processID, startTime, duration, process: own } = isMap(span) ? span : {};
    if (!Number.isFinite(startTime) || !Number.isFinite(duration)) {
      throw new UnreadableError(`has a span without "startTime" and "duration" in ${label}`);
    }
    const process = isMap(own) ? own : isMap(processes) ? processes[String(processID)] : undefined;
    const service = isMap(process) ? process['serviceName'] : undefined;
    return {
      operation: String(operationName),
      service: typeof service === 'string' ? service : undefined,
      start: startTime as number,
      duration: duration as number,
    };
  });
}

function addTrace(spans: readonly Span[], totals: Totals): void {
  let [first, last] = [Infinity, -Infinity];
  for (const { operation, service, start, duration } of spans) {
    first = Math.min(first, start);
    last = Math.max(last, start + duration);
    // Jaeger's own services report their queries as traces.
    if (service === undefined || service.includes('jaeger')) continue;
    const name = `${service}_${operation}`;
    const known = totals.durations.get(name);
    if (known) known.push(duration);
    else totals.durations.set(name, [duration]);
  }
  totals.latencies.push(last - first);
  totals.first = Math.min(totals.first, first);
  totals.last = Math.max(totals.last, last);
  if (spans.some(({ operation }) => operation === SHEDDING)) totals.shed += 1;
}

function addLatency({ latencies, shed, first, last }: Totals, collector: FigureCollector): void {
  const count = latencies.length;
  collector.add('data_points', count);
  const none = 'no trace';
  if (count === 0) {
    for (const name of ['latency_avg', 'latency_std']) collector.refuse(name, none, LATENCY);
    collector.refuse('throughput_fps', none, THROUGHPUT);
    collector.refuse('load_shedding_rate', none, SHED);
    return;
  }
  const facts = { ...SECONDS, ...LATENCY };
  const seconds = latencies.map((latency) => latency / US_PER_S);
  collector.addAll('latency', seconds, facts);
  collector.add('latency_avg', average(seconds), facts);
  if (count > 1) collector.add('latency_std', deviate(seconds), facts);
  else collector.refuse('latency_std', 'only one trace', LATENCY);
  if (last > first) {
    const rate = count / ((last - first) / US_PER_S);
    collector.add('throughput_fps', rate, { unit: '1/s', better: 'higher', ...THROUGHPUT });
  } else collector.refuse('throughput_fps', 'traces of no duration', THROUGHPUT);
  collector.add('load_shedding_rate', shed / count, { better: 'lower', ...SHED });
}

function addDurations({ durations }: Totals, collector: FigureCollector): void {
  for (const [name, values] of durations) {
    collector.add(`${name}_avg`, average(values) / US_PER_S, PER_SERVICE);
    if (values.length > 1) {
      collector.add(`${name}_std`, deviate(values.map((one) => one / US_PER_S)), PER_SERVICE);
    }
  }
}
