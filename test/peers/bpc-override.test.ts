/** Payloads of the Benchmark Platform Controller: ours makes of them what the original program makes. */
import { afterAll, describe, expect, test } from '@jest/globals';
import type { BenchmarkPlan } from '../../src/core/compose/benchmark.js';
import { planOf, problemsOf, type BenchmarkGiven } from '../worlds/benchmark.js';
import { ResultWorld } from '../worlds/result.js';
import { ownCases, readCases, type OverrideCase, type RightOverride } from './bpc/cases.js';

const cases = readCases();
/** The services of its target system, as far as the payloads name them. */
const services = ['forwarder', 'mapper', 'media-server', 'namespace-mapper', 'object-detection', 'tests'];

/** The inputs with which a user of the original starts run-compose. A `setup` checks out the versions, as theirs does. */
function givenBy({ input }: OverrideCase): BenchmarkGiven {
  const names = (input.payload['datasets'] ?? []) as readonly string[];
  const datasets = names.map((name) => [`${input.datasets_path}/${name}`, ''] as const);
  return {
    request: {
      override: input.payload,
      datasetsPath: input.datasets_path,
      benchmarkConfig: 'configs.json',
      setup: './set-up-target.sh',
    },
    services,
    files: { '/project/configs.json': input.default_config, ...Object.fromEntries(datasets) },
  };
}

async function configOf(one: OverrideCase): Promise<unknown> {
  const world = new ResultWorld();
  world.url = `${one.input.webhook_base}/${one.input.execution_id}`;
  await world.open({ kind: 'webhook' }, [], givenBy(one));
  return JSON.parse(world.written['benchmark-config.json']!);
}

/** The same facts as the original has them, read from what ours makes. */
function inTheirForm({ override, env }: BenchmarkPlan, right: RightOverride): Partial<RightOverride> {
  const sleep = right.target_system['sleep_after_target_startup'];
  const extraNodes = JSON.parse(env['EXTRA_NODES'] ?? '{}') as Record<string, RightOverride['override']>;
  const repository = env['TARGET_SYSTEM_DEFAULT_GIT_REPOSITORY'];
  const { SLEEP_AFTER_TARGET_STARTUP: pause } = env;
  return {
    // Compose 2 ignores `version` and warns of it, so ours leaves it out.
    override: { services: {}, ...override, version: '2.3' },
    target_system: {
      ...(env['TARGET_SYSTEM_VERSION'] !== undefined && { version: env['TARGET_SYSTEM_VERSION'] }),
      ...(repository !== undefined && { git_repository: repository }),
      ...(pause !== undefined && { sleep_after_target_startup: typeof sleep === 'number' ? Number(pause) : pause }),
    },
    env: {
      ...(pause !== undefined && { SLEEP_AFTER_TARGET_STARTUP: pause }),
      ...(repository !== undefined && { TARGET_SYSTEM_DEFAULT_GIT_REPOSITORY: repository }),
    },
    tools_checkout: env['BENCHMARK_VERSION'] ?? null,
    ...(extraNodes['jetson'] && { extra_node: extraNodes['jetson'] }),
  };
}

afterAll(() => {
  if (cases.length === 0) console.log('The collected payloads are left out: ../shared/cases does not exist.');
});

describe('A payload has the same effect as in the Benchmark Platform Controller', () => {
  test.each([...ownCases, ...cases].map((one) => [one.id, one] as const))('%s', async (_, one) => {
    const { expected } = one;
    if (!expected.ok) return expect(problemsOf(givenBy(one))).toContain('allowed: ');
    const { override, target_system, env, tools_checkout, extra_node } = expected;
    const plan = planOf(givenBy(one));
    expect(inTheirForm(plan, expected)).toEqual({ override, target_system, env, tools_checkout, extra_node });
    expect(plan.sleepAfterStartMs).toBe(1000 * Number(expected.env['SLEEP_AFTER_TARGET_STARTUP'] ?? 0));
    expect(await configOf(one)).toEqual(expected.benchmark_config);
  });
});
