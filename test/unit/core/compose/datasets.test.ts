import { describe, expect, test } from '@jest/globals';
import type { ComposeRequest } from '../../../../src/core/compose/request.js';
import { planOf, problemsOf, type HostFiles } from '../../../worlds/benchmark.js';

const files: HostFiles = {
  '/srv/datasets/a.flv': '',
  '/srv/datasets/day 1/b.flv': '',
  '/srv/datasets/$1.flv': '',
  '/srv/datasets/inside.flv': { linkTo: '/srv/datasets/a.flv' },
  '/srv/datasets/outside.flv': { linkTo: '/etc/passwd' },
  '/srv/datasets-2/c.flv': '',
  '/srv/datasets/sibling': { linkTo: '/srv/datasets-2/c.flv' },
  '/srv/datasets/odd': { linkTo: '/srv/datasets/x:y' },
  '/srv/datasets/x:y': '',
  '/etc/passwd': 'root',
  '/data': { linkTo: '/srv/datasets' },
};
const given = (datasets: readonly string[], more: Partial<ComposeRequest> = {}) => ({
  request: { datasets, datasetsPath: '/srv/datasets', datasetsTarget: 'api:/data', ...more },
  files,
});
const volumesOf = (...args: Parameters<typeof given>): unknown =>
  planOf(given(...args)).override?.services['api']?.['volumes'];

describe('Datasets are mounted', () => {
  test('from their folder, in their order', () => {
    expect(volumesOf(['day 1', 'a.flv'])).toEqual([
      '/srv/datasets/day 1:/data/day 1',
      '/srv/datasets/a.flv:/data/a.flv',
    ]);
  });

  test('without links, and without what Compose would interpolate', () => {
    expect(volumesOf(['inside.flv', '$1.flv'], { datasetsPath: '/data' })).toEqual([
      '/srv/datasets/a.flv:/data/inside.flv',
      '/srv/datasets/$$1.flv:/data/$$1.flv',
    ]);
  });

  test('before the volumes of the override', () => {
    const override = { api: { volumes: ['./own:/data/a.flv'] } };
    expect(volumesOf(['a.flv'], { override })).toEqual(['/srv/datasets/a.flv:/data/a.flv', './own:/data/a.flv']);
  });

  test("at the seed's media server by default", () => {
    const request = { override: { datasets: ['a.flv'] }, datasetsPath: '/srv/datasets' };
    expect(planOf({ request, services: ['media-server', 'tests'], files }).override).toEqual({
      services: { 'media-server': { volumes: ['/srv/datasets/a.flv:/var/media_files/mp4s/a.flv'] } },
    });
  });

  test('in a service that the override adds', () => {
    const override = { store: { image: 'example/store' } };
    expect(planOf(given(['a.flv'], { override, datasetsTarget: 'store:/in/' })).override?.services['store']).toEqual({
      image: 'example/store',
      volumes: ['/srv/datasets/a.flv:/in/a.flv'],
    });
  });

  test('once, when input and payload name the same', () => {
    const override = { datasets: ['a.flv'], override_services: {} };
    expect(volumesOf(['a.flv'], { override })).toHaveLength(1);
  });
});

describe('Datasets are refused', () => {
  test.each([
    ['/etc/passwd', 'allowed: names below `datasets-path`, without `..`'],
    ['../secret', 'allowed: names below'],
    ['day 1/../../../etc/passwd', 'allowed: names below'],
    ['day 1/', 'allowed: names below'],
    ['outside.flv', 'a link to /etc/passwd; allowed: datasets below /srv/datasets.'],
    ['sibling', 'a link to /srv/datasets-2/c.flv'],
    ['none.flv', 'which does not exist below /srv/datasets.'],
    ['x:y', 'a name with a colon'],
    ['a\nb', 'a control character'],
    ['odd', 'a path with a colon can not be mounted'],
  ])('%j', (name, message) => expect(problemsOf(given([name]))).toContain(message));

  test('without their folder', () => {
    const request = { datasets: ['a.flv'], datasetsTarget: 'api:/data' };
    expect(problemsOf({ request })).toContain('`datasets-path` is not given');
    expect(problemsOf(given(['a.flv'], { datasetsPath: '/none' }))).toContain('"/none", which does not exist');
  });

  test('unless `setup` is still to bring them', () => {
    for (const more of [{}, { datasetsPath: '/none' }]) {
      expect(planOf({ ...given(['none.flv'], more), isBeforeSetup: true }).override).toBeUndefined();
      expect(problemsOf({ ...given(['../x'], more), isBeforeSetup: true })).toContain('allowed: names below');
    }
  });

  test('without a service that gets them', () => {
    const request = { datasets: ['a.flv'], datasetsPath: '/srv/datasets' };
    expect(problemsOf({ request, files })).toContain('`datasets-target` is not given, and its default `media-server:');
    expect(problemsOf(given(['a.flv'], { datasetsTarget: 'apo:/data' }))).toContain('did you mean `api`?');
    expect(problemsOf(given(['a.flv'], { datasetsTarget: 'api' }))).toContain('`SERVICE:/folder`');
  });

  test('when the override has volumes that are no list', () => {
    expect(problemsOf(given(['a.flv'], { override: { api: { volumes: 'x' } } }))).toContain(
      'the volumes of `api` are "x"',
    );
  });
});
