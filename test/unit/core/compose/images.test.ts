import { describe, expect, test } from '@jest/globals';
import type { ComposeRequest } from '../../../../src/core/compose/request.js';
import type { ServiceSpec } from '../../../worlds/containers.js';
import { ComposePlay, ends } from '../../../worlds/compose-run.js';

function prepare(services: Readonly<Record<string, ServiceSpec>>, request: Partial<ComposeRequest>, missing: string[]) {
  const play = new ComposePlay(
    { ...services, tests: { needs: { db: 'started' }, ...ends(0), ...services['tests'] } },
    request,
  );
  for (const image of missing) play.containers.missingImages.add(image);
  return play;
}

const fetched = (play: ComposePlay) => play.containers.calls.filter((call) => /^(pull|build)/.test(call));

describe('Images', () => {
  test.each<[string, Record<string, ServiceSpec>, Partial<ComposeRequest>, string[], string[]]>([
    ['are pulled if they are missing', { db: {} }, {}, ['db:1'], ['pull db']],
    [
      'are pulled once for several services',
      { db: { image: 'a:1' }, tests: { image: 'a:1' } },
      {},
      ['a:1'],
      ['pull db'],
    ],
    ['are pulled always', { db: {} }, { pull: 'always' }, [], ['pull db tests']],
    [
      'are not pulled against the policy of the file',
      { db: { more: { pull_policy: 'never' } } },
      { pull: 'always' },
      [],
      ['pull tests'],
    ],
    ['are built', { db: { build: true } }, {}, [], ['build db']],
    [
      'are built if they are missing',
      { db: { build: true } },
      { build: false },
      ['ci-0123abcd-project-db'],
      ['build db'],
    ],
    ['are not built if they are there', { db: { build: true, image: 'd:1' } }, { build: false }, [], []],
    [
      'are built by a service that is not started, for others that have them',
      { db: { image: 'd:1' }, base: { build: true, image: 'd:1' } },
      { build: ['base'], session: { kind: 'services', services: ['tests'] } },
      ['d:1'],
      ['build base'],
    ],
  ])('%s', async (_, services, request, missing, calls) => {
    const play = prepare(services, request, missing);
    expect(await play.run()).toMatchObject({ verdict: 'pass' });
    expect(fetched(play)).toEqual(calls);
  });

  test('that no registry has are an error of pull', async () => {
    const play = prepare({ db: {} }, {}, []);
    play.containers.unknownImages.add('db:1');
    const outcome = await play.run();
    expect(outcome).toMatchObject({ verdict: 'error', code: 'images-not-available', phase: 'pull', exitCode: 1 });
    // The first reason is the error of the step.
    expect(outcome.reasons[0]).toBe(
      'The image db:1 of db could not be pulled (exit code 18): Error response from daemon: manifest for db:1 not found: manifest unknown: manifest unknown.',
    );
    expect(fetched(play)).toHaveLength(1);
  });

  test('that cannot be built are an error of build, and no failed test', async () => {
    const outcome = await prepare({ db: { build: 'fails' } }, {}, []).run();
    expect(outcome).toMatchObject({ verdict: 'error', code: 'images-not-available', phase: 'build' });
    expect(outcome.reasons.join(' ')).toContain('exit code: 2');
  });

  test('are pulled again after a fault of the network', async () => {
    const play = prepare({ db: {} }, {}, ['db:1']);
    const pull = play.containers.pull.bind(play.containers);
    let faults = 2;
    play.containers.pull = async (project, services, options) => {
      if (faults-- === 0) return pull(project, services, options);
      options.onLine('Error response from daemon: net/http: TLS handshake timeout');
      return { code: 18 };
    };
    expect(await play.run()).toMatchObject({ verdict: 'pass' });
    expect(play.clock.now()).toBeGreaterThan(10_000);
  });
});
