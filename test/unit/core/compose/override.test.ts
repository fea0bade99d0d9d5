import { describe, expect, test } from '@jest/globals';
import { planOf, problemsOf } from '../../../worlds/benchmark.js';

const overriding = (override: unknown, ...services: string[]) => ({
  request: { override },
  ...(services.length > 0 && { services }),
});

describe('An override', () => {
  test('is no file when nothing is overridden', () => {
    for (const override of [undefined, {}, { override_services: {} }, { services: {} }]) {
      expect(planOf(overriding(override)).override).toBeUndefined();
    }
  });

  test('is a map of services, a Compose file or a payload', () => {
    const services = { api: { image: 'example/api:2', cpus: '2.5' } };
    const file = { services };
    expect(planOf(overriding(services)).override).toEqual(file);
    expect(planOf(overriding({ services, version: '2.3' })).override).toEqual(file);
    expect(planOf(overriding({ override_services: services })).override).toEqual(file);
  });

  test('keeps the other sections of a Compose file', () => {
    const sections = { volumes: { data: {} }, networks: { back: { internal: true } } };
    const services = { cache: { image: 'example/cache', volumes: ['data:/data'] } };
    expect(planOf(overriding({ services, ...sections })).override).toEqual({ services, ...sections });
  });

  test('is a file that the text names', () => {
    const files = { '/project/payloads/one.json': '{"override_services": {"api": {"mem_limit": "800mb"}}}' };
    const plan = planOf({ request: { override: 'payloads/one.json' }, files });
    expect(plan.override).toEqual({ services: { api: { mem_limit: '800mb' } } });
  });

  test('may name services like the keys of a payload', () => {
    const services = { benchmark: { cpus: 1 } };
    expect(planOf(overriding(services, 'benchmark', 'target_system')).override).toEqual({ services });
    const shadowed = { services: { image: 'example/services:2' } };
    expect(planOf(overriding(shadowed, 'services')).override).toEqual({ services: shadowed });
  });

  test('is a payload although the project has a service like one of its keys', () => {
    const override = { datasets: ['a'], benchmark: { tasks: [] } };
    const request = { override, datasetsPath: '/srv', datasetsTarget: 'benchmark:/in' };
    const plan = planOf({ request, services: ['benchmark'], files: { '/srv/a': '' } });
    expect([plan.config, plan.override?.services]).toEqual([
      { tasks: [] },
      { benchmark: { volumes: ['/srv/a:/in/a'] } },
    ]);
  });

  test('adds a service whose name is a key of a payload', () => {
    const services = { benchmark: { image: 'example/benchmark' } };
    expect(planOf(overriding(services)).override).toEqual({ services });
  });

  test('adds a service that is a whole one', () => {
    for (const one of [{ image: 'example/new' }, { build: '.' }, { extends: 'api' }]) {
      expect(planOf(overriding({ fresh: one })).override).toEqual({ services: { fresh: one } });
    }
  });
});

describe('An override is refused', () => {
  test.each<[string, unknown, string]>([
    [
      'for a misspelled service',
      { apo: { cpus: 1 } },
      'names the service `apo`, which the project does not have; did you mean `api`?',
    ],
    [
      'for an unknown service',
      { other: { cpus: 1 } },
      'gives it no `image` and no `build`; its services: `api`, `tests`.',
    ],
    [
      'for a misspelled key of a payload',
      { override_services: {}, datasetz: [] },
      'has the key `datasetz`; did you mean `datasets`?',
    ],
    ['for a misspelled section', { services: {}, volume: {} }, 'has the key `volume`; did you mean `volumes`?'],
    ['for a misspelled leading key', { override_service: { api: {} } }, 'names the service `override_service`'],
    ['for a list', [{ api: {} }], '`override` is [{"api":{}}]; allowed: a map of services; a Compose file'],
    ['for a service that is no map', { api: 'example/api:2' }, 'the service `api` is "example/api:2"; allowed: a map.'],
    ['for overrides that are null', { override_services: null, datasets: [] }, '`override: override_services` is null'],
    [
      'for a list of services',
      { override_services: ['api'] },
      '`override: override_services` is ["api"]; allowed: a map.',
    ],
    ['for datasets that are no names', { override_services: {}, datasets: [1] }, '`override: datasets` is [1]'],
  ])('%s', (_, override, message) => expect(problemsOf(overriding(override))).toContain(message));

  test('for a file that does not exist or is not YAML', () => {
    expect(problemsOf({ request: { override: 'none.json' } })).toContain('"none.json", which is no file');
    expect(problemsOf({ request: { override: 'bad.json' }, files: { '/project/bad.json': '{"a": ' } })).toContain(
      'a file that is not YAML',
    );
  });

  test('with all its problems at once', () => {
    const override = { override_services: { apo: {}, tests: 1 }, target_system: { verison: '1' } };
    expect(problemsOf(overriding(override)).split('\n').slice(1)).toHaveLength(3);
  });

  test('and lists the first of many services', () => {
    const many = Array.from({ length: 23 }, (_, index) => `part-${index}`);
    expect(problemsOf(overriding({ other: {} }, ...many))).toContain('`part-19`, and 3 more.');
  });
});
