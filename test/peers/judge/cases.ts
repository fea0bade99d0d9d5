/** The collected cases that judge-results is held to; empty in a user's clone. */
import { existsSync, readFileSync } from 'node:fs';
import type { History, Shape } from '../../worlds/judge/histories.js';
import type { VerdictState } from '../../../src/core/judge/verdict.js';
import { casesFolder, readCaseFile } from './python.js';

type Json = Readonly<Record<string, unknown>>;

export interface ResultCase {
  readonly id: string;
  readonly files: readonly string[];
  readonly expected: {
    readonly metrics?: readonly { readonly name: string; readonly value: number; readonly optional?: boolean }[];
    readonly problems: readonly string[];
  };
}
export interface ThresholdCase {
  readonly id: string;
  readonly expression: string;
  readonly must_refuse: boolean;
  readonly may_refuse?: boolean;
  readonly expected: readonly { readonly x: number | string; readonly passed?: boolean; readonly error?: string }[];
}
export interface KeyCase {
  readonly id: string;
  readonly thresholds: Readonly<Record<string, string>>;
  readonly metric: string;
  readonly value: number;
  readonly expected: { readonly used?: string; readonly passed?: boolean; readonly refuse_or_fast?: boolean };
}
export interface ValueCase {
  readonly id: string;
  readonly expression: string;
  readonly value: unknown;
  readonly expected: { readonly error?: boolean; readonly passed?: boolean };
}
export interface PairCase {
  readonly id: string;
  readonly base: readonly number[];
  readonly head: readonly number[];
  readonly direction: 'lower' | 'higher';
  readonly min_change: number;
  readonly expected: { readonly verdict: string };
  readonly reference: { readonly mannwhitney_exact?: number; readonly ties?: boolean };
}

export function readJudgeCases() {
  if (casesFolder === undefined) return { results: [], thresholds: [], keys: [], values: [], pairs: [] };
  const { cases: results } = readCaseFile('results/cases.json') as { cases: readonly ResultCase[] };
  const thresholds = readCaseFile('thresholds/cases.json') as {
    cases: readonly ThresholdCase[];
    keys: readonly KeyCase[];
    values: readonly ValueCase[];
  };
  const { cases: pairs } = readCaseFile('histories/pairs.json') as { cases: readonly PairCase[] };
  return { results, thresholds: thresholds.cases, keys: thresholds.keys, values: thresholds.values, pairs };
}

interface CollectedHistory {
  readonly noise: Shape;
  readonly position: History['position'];
  readonly values: readonly number[];
  readonly machine?: readonly string[];
  readonly expected: {
    readonly change_points: readonly { readonly index: number; readonly relative: number; readonly z: number }[];
    readonly tolerance_runs: number;
    readonly newest: { readonly last: number; readonly z?: number };
  };
}

export function readHistories(): readonly History[] {
  const { cases } = readCaseFile('histories/cases.json') as { cases: readonly CollectedHistory[] };
  return cases.map(({ noise, position, values, machine, expected }) => ({
    shape: noise,
    position,
    values,
    ...(machine && { machines: machine }),
    steps: expected.change_points,
    last: expected.newest.last,
    lastZ: expected.newest.z ?? 0,
    tolerance: expected.tolerance_runs,
  }));
}

/** An evaluation of Benchmark Tools: its results and thresholds as files, and the right answer. */
export interface BpcCase {
  readonly id: string;
  readonly results: Json;
  /** Undefined: none. */
  readonly thresholds: unknown;
  readonly passed: boolean;
  /** Matches the failure's code; '' of a step that succeeds. */
  readonly code: RegExp;
  /** Of the metrics with a threshold. */
  readonly states: Readonly<Record<string, VerdictState>>;
  readonly values: Readonly<Record<string, number>>;
}

interface CollectedEvaluation {
  readonly id: string;
  readonly suite: string;
  readonly kind: 'thresholds' | 'run' | 'traces';
  readonly input: {
    readonly threshold_functions?: Json;
    readonly metrics?: Json;
    readonly evaluations?: readonly Json[];
    readonly measured?: Readonly<Record<string, Json | string>>;
    readonly traces?: readonly Json[];
  };
  readonly expected: Json & { readonly passed?: boolean; readonly error?: string };
}

/** Where ours is meant to differ: the original passes a result without a metric. */
const FALSE_PASSES: readonly string[] = ['thresholds-empty-metrics'];
/** The threshold of metrics that have none. */
const ALWAYS = 'lambda x: True';

export function readBpcCases(): readonly BpcCase[] {
  const path = `${casesFolder}/../bpc/cases.json`;
  if (casesFolder === undefined || !existsSync(path)) return [];
  const all = JSON.parse(readFileSync(path, 'utf8')) as readonly CollectedEvaluation[];
  return all.filter(({ suite }) => suite === 'bpc-evaluations').map(toCase);
}

function toCase({ id, kind, input, expected }: CollectedEvaluation): BpcCase {
  const { error, passed } = expected;
  const isRight = error === undefined && passed !== false && !FALSE_PASSES.includes(id);
  const about = { id, passed: isRight, code: isRight ? /^$/ : /^(bad-input|results-(worse|unjudged))$/ };
  if (kind === 'traces') return toTraces(about, { input, expected });
  const module = 'benchmark_tools.evaluation.any_evaluation';
  const measured = kind === 'run' ? input.measured! : { [module]: input.metrics! };
  const answers = kind === 'run' ? (Object.values(expected) as readonly Json[]) : [expected];
  const states = answers.flatMap((answer) => (typeof answer === 'object' ? listStates(answer, input) : []));
  return {
    ...about,
    results: { evaluations: Object.fromEntries(Object.entries(measured).map(([name, one]) => [name, toResult(one)])) },
    thresholds: kind === 'run' ? { benchmark: { evaluations: input.evaluations } } : input.threshold_functions,
    states: error === undefined ? Object.fromEntries(states) : {},
    values: {},
  };
}

function toTraces(
  about: Pick<BpcCase, 'id' | 'passed' | 'code'>,
  { input, expected }: Pick<CollectedEvaluation, 'input' | 'expected'>,
): BpcCase {
  const values = Object.entries(expected).filter(([, value]) => typeof value === 'number') as [string, number][];
  return {
    ...about,
    results: { data: input.traces },
    thresholds: undefined,
    states: {},
    values: Object.fromEntries(values),
  };
}

/** The result of a module as Benchmark Tools writes it. */
function toResult(measured: Json | string): Json {
  if (typeof measured === 'string') return { error: measured, passed: false };
  return Object.fromEntries(Object.entries(measured).map(([name, value]) => [name, { value }]));
}

function listStates(
  answer: Json,
  { threshold_functions: map = {} }: CollectedEvaluation['input'],
): [string, VerdictState][] {
  return Object.entries(answer).flatMap(([name, metric]) => {
    const { threshold, passed } = (typeof metric === 'object' ? metric : {}) as {
      threshold?: string;
      passed?: boolean;
    };
    const isOwn = threshold !== ALWAYS || Object.values(map).includes(ALWAYS);
    return threshold !== undefined && isOwn ? [[name, passed ? 'passed' : 'missed']] : [];
  });
}
