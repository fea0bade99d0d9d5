import type { SandboxResponse } from '../../http.js';
import type { Repository, Run } from '../world/records.js';
import { json, page, type Call } from './routes.js';
import { renderRun } from './run-shapes.js';

/** GitHub lists at most this many runs for a search. Source: REST API, "List workflow runs for a repository". */
const MOST_FOUND = 1000;
const FILTERS = ['actor', 'branch', 'event', 'status', 'created', 'head_sha', 'check_suite_id'];
/** Who triggers every run here. */
const ACTOR = 'octocat';
const CHECK_SUITE = '1';

/** The runs of a repository, newest first, that fit all filters of the query. */
export function listRuns(call: Call, repository: Repository): SandboxResponse {
  const { query } = call.request;
  const fits = (run: Run): boolean => FILTERS.every((name) => fitsFilter(run, name, query.get(name)));
  const all = [...call.state.runs.values()]
    .filter((run) => run.repository === repository.name && fits(run))
    .toSorted((a, b) => b.createdAt - a.createdAt || b.id - a.id);
  const isSearch = FILTERS.some((name) => query.get(name));
  const { items, headers } = page(call, isSearch ? all.slice(0, MOST_FOUND) : all);
  const runs = items.map((run) => renderRun(run, repository, call.baseUrl));
  return json(200, { total_count: all.length, workflow_runs: runs }, headers);
}

function fitsFilter(run: Run, name: string, wanted: string | null): boolean {
  if (!wanted) return true;
  switch (name) {
    case 'actor':
      return wanted.toLowerCase() === ACTOR;
    case 'branch':
      return wanted === run.headBranch;
    case 'event':
      return wanted === (run.event ?? 'push');
    case 'status':
      return wanted === run.status || wanted === run.conclusion;
    case 'created':
      return isWithin(run.createdAt, wanted);
    case 'head_sha':
      return wanted === run.headSha;
    default:
      return wanted === CHECK_SUITE;
  }
}

/** `2026-10-11`, with a time or not; after `>`, `>=`, `<` or `<=`; or a range `A..B`, with `*` for an open end. */
function isWithin(ms: number, wanted: string): boolean {
  const [from, to] = wanted.split('..');
  if (from !== undefined && to !== undefined) return ms >= beginOf(from, -Infinity) && ms <= endOf(to, Infinity);
  const [, relation = '', date = ''] = /^([<>]=?)?(.*)$/.exec(wanted) ?? [];
  switch (relation) {
    case '>':
      return ms > endOf(date, NaN);
    case '>=':
      return ms >= beginOf(date, NaN);
    case '<':
      return ms < beginOf(date, NaN);
    case '<=':
      return ms <= endOf(date, NaN);
    default:
      return ms >= beginOf(date, NaN) && ms <= endOf(date, NaN);
  }
}

const DAY_MS = 86_400_000;
const SECOND_MS = 1000;

function beginOf(date: string, open: number): number {
  return date === '*' ? open : Date.parse(date);
}

/** The last millisecond of a day, or of a second. */
function endOf(date: string, open: number): number {
  return date === '*' ? open : Date.parse(date) + (date.includes('T') ? SECOND_MS : DAY_MS) - 1;
}
