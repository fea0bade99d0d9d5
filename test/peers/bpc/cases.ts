import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

type Json = Readonly<Record<string, unknown>>;

/** A payload of the Benchmark Platform Controller, and what its original program makes of it. */
export interface OverrideCase {
  readonly id: string;
  readonly input: {
    readonly payload: Json;
    readonly datasets_path: string;
    readonly webhook_base: string;
    readonly execution_id: string;
    /** The default configuration of the benchmark, as text. */
    readonly default_config: string;
  };
  readonly expected: RightOverride | { readonly ok: false };
}

export interface RightOverride {
  readonly ok: true;
  readonly override: Json;
  readonly target_system: Json;
  readonly benchmark_config: Json;
  readonly env: Json;
  readonly tools_checkout: string | null;
  readonly extra_node?: Json;
}

/** The collected cases beside this checkout; empty in a user's clone, which has only the own ones. */
export function readCases(): readonly OverrideCase[] {
  const folder = ['../../../../shared', '../../../../../shared']
    .map((shared) => fileURLToPath(new URL(`${shared}/cases/bpc/`, import.meta.url)))
    .find((one) => existsSync(`${one}cases.json`));
  if (folder === undefined) return [];
  const all = JSON.parse(readFileSync(`${folder}cases.json`, 'utf8')) as readonly (OverrideCase & { suite: string })[];
  return all
    .filter(({ suite }) => suite === 'bpc-override')
    .map((one) => ({
      ...one,
      input: { ...one.input, default_config: readFileSync(folder + one.input.default_config, 'utf8') },
    }));
}

const place = {
  datasets_path: '/data',
  webhook_base: 'http://10.0.0.1:5000/set_result',
  execution_id: '1',
  default_config: '{"benchmark": {"tasks": ["default"]}}',
};
const result_webhook = 'http://10.0.0.1:5000/set_result/1';
const plain = {
  ok: true,
  target_system: {},
  benchmark_config: { benchmark: { tasks: ['default'] }, result_webhook },
  env: {},
  tools_checkout: null,
} as const;

/** One payload of each kind, in our own words. */
export const ownCases: readonly OverrideCase[] = [
  {
    id: 'own-plain',
    input: { ...place, payload: { override_services: { mapper: { image: 'example/mapper:2', cpus: '0.5' } } } },
    expected: {
      ...plain,
      override: { services: { mapper: { image: 'example/mapper:2', cpus: '0.5' } }, version: '2.3' },
    },
  },
  {
    id: 'own-everything',
    input: {
      ...place,
      payload: {
        override_services: { 'media-server': { volumes: ['./own:/var/own'] } },
        datasets: ['a.flv'],
        target_system: { version: '2', sleep_after_target_startup: 5 },
        benchmark: { benchmark: { 'benchmark-version': '3', tasks: [] }, result_webhook: 'replaced' },
      },
    },
    expected: {
      ...plain,
      override: {
        services: { 'media-server': { volumes: ['/data/a.flv:/var/media_files/mp4s/a.flv', './own:/var/own'] } },
        version: '2.3',
      },
      target_system: { version: '2', sleep_after_target_startup: 5 },
      benchmark_config: { benchmark: { 'benchmark-version': '3', tasks: [] }, result_webhook },
      env: { SLEEP_AFTER_TARGET_STARTUP: '5' },
      tools_checkout: '3',
    },
  },
  { id: 'own-null', input: { ...place, payload: { override_services: null } }, expected: { ok: false } },
];
