import { describe, expect, test } from '@jest/globals';
import type { ComposeRequest } from '../../../../src/core/compose/request.js';
import { planOf, problemsOf } from '../../../worlds/benchmark.js';

const withSetup = (override: unknown, more: Partial<ComposeRequest> = {}) => ({
  request: { override, setup: './prepare.sh', ...more },
});

describe('What a payload says of the target system', () => {
  const override = {
    target_system: { version: '1.0.0', git_repository: 'example.org/node.git' },
    benchmark: { benchmark: { 'benchmark-version': 'v4' } },
    extra_nodes: { jetson: { start_only_services: 'detector' } },
  };

  test('becomes variables', () => {
    expect(planOf(withSetup(override)).env).toEqual({
      TARGET_SYSTEM_VERSION: '1.0.0',
      TARGET_SYSTEM_DEFAULT_GIT_REPOSITORY: 'example.org/node.git',
      BENCHMARK_VERSION: 'v4',
      EXTRA_NODES: '{"jetson":{"start_only_services":"detector"}}',
    });
  });

  test('is refused when nothing reads it', () => {
    const problems = problemsOf({ request: { override } });
    expect(problems).toContain(
      '`override: target_system.version` is "1.0.0", and nothing reads it: use `${TARGET_SYSTEM_VERSION}` in a Compose file, or `setup`, such as `git checkout "$TARGET_SYSTEM_VERSION"`.',
    );
    for (const place of ['target_system.git_repository', 'benchmark.benchmark-version', 'extra_nodes']) {
      expect(problems).toContain(`\`override: ${place}\` is`);
    }
  });

  test.each<[string, Partial<ComposeRequest>, Record<string, string>]>([
    ['a setup script of the directory', {}, { '/project/setup.py': '' }],
    ['a Compose file', {}, { '/project/compose.yml': 'image: example/api:${TARGET_SYSTEM_VERSION}' }],
    [
      'the override',
      {
        override: {
          target_system: { version: '2' },
          override_services: { api: { image: 'a:${TARGET_SYSTEM_VERSION}' } },
        },
      },
      {},
    ],
  ])('may be read by %s', (_, more, files) => {
    const plan = planOf({ request: { override: { target_system: { version: 2 } }, ...more }, files });
    expect(plan.env).toEqual({ TARGET_SYSTEM_VERSION: '2' });
  });

  test('may have the version of the tools where the documentation of the seed has it', () => {
    expect(planOf(withSetup({ benchmark: { 'benchmark-version': 'v3' } })).env).toEqual({ BENCHMARK_VERSION: 'v3' });
  });

  test.each<[unknown]>([[null], [undefined], ['']])('is left out when it is %j', (version) => {
    expect(planOf({ request: { override: { target_system: { version } } } }).env).toEqual({});
  });

  test('is refused in another form', () => {
    expect(problemsOf(withSetup({ target_system: { version: ['1'] } }))).toContain('target_system.version` is ["1"]');
    expect(problemsOf(withSetup({ target_system: 'latest' }))).toContain('`override: target_system` is "latest"');
  });
});

describe('The pause of old payloads', () => {
  const pause = (sleep: unknown): object => ({ target_system: { sleep_after_target_startup: sleep } });

  test('is a lower bound, and the longer one counts', () => {
    expect(planOf(withSetup(pause('30'))).sleepAfterStartMs).toBe(30_000);
    expect(planOf(withSetup(pause(30), { sleepAfterStartMs: 40_000 })).sleepAfterStartMs).toBe(40_000);
    expect(planOf(withSetup(pause(50), { sleepAfterStartMs: 40_000 })).sleepAfterStartMs).toBe(50_000);
    expect(planOf(withSetup(pause('30'))).env).toEqual({ SLEEP_AFTER_TARGET_STARTUP: '30' });
  });

  test.each([['soon'], ['-1'], ['1.5'], ['3601'], [3601], [-1]])('is refused as %j', (sleep) => {
    expect(problemsOf(withSetup(pause(sleep)))).toContain('allowed: whole seconds from 0 to 3600');
  });
});

describe("The benchmark's configuration", () => {
  const files = { '/project/configs.json': '{"benchmark": {"tasks": []}}', '/project/list.json': '[]' };

  test('is that of the payload, else that of the file', () => {
    const benchmark = { benchmark: { tasks: [1] } };
    const benchmarkConfig = 'configs.json';
    expect(planOf({ request: { benchmarkConfig }, files }).config).toEqual({ benchmark: { tasks: [] } });
    expect(planOf({ request: { benchmarkConfig, override: { benchmark } }, files }).config).toEqual(benchmark);
    expect(planOf({ request: { override: { benchmark: null } } }).config).toBeUndefined();
  });

  test('is refused when it is no map, or does not exist', () => {
    expect(problemsOf({ request: { benchmarkConfig: 'list.json' }, files })).toContain('whose content is no map');
    const missing = { request: { benchmarkConfig: 'none.json' }, files };
    expect(problemsOf(missing)).toContain('which is no file');
    // The commands of setup may write it.
    expect(problemsOf({ ...missing, isBeforeSetup: true })).toBe('no problem');
  });

  test('is refused with exec, which can mount no file', () => {
    const session = { kind: 'exec', service: 'api', command: 'true' } as const;
    expect(problemsOf({ request: { benchmarkConfig: 'configs.json', session }, files })).toContain('`exec` can not');
  });
});

test('Without benchmark inputs, nothing is added', () => {
  expect(planOf({ request: { sleepAfterStartMs: 5000 } })).toEqual({ env: {}, sleepAfterStartMs: 5000, notes: [] });
});

test('What changes the project is in the log', () => {
  const override = { override_services: { api: { cpus: 1 } }, target_system: { version: '1' }, datasets: ['a'] };
  const request = { override, setup: 'true', datasetsPath: '/srv', datasetsTarget: 'api:/in' };
  expect(planOf({ request, files: { '/srv/a': '' } }).notes).toEqual([
    'The service api is overridden.',
    'A dataset is mounted in api: /srv/a:/in/a',
    'TARGET_SYSTEM_VERSION is 1, from the payload.',
  ]);
});
