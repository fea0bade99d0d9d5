import { expect, test } from '@jest/globals';
import { keepImages, toImageRequest } from '../../../../src/core/compose/keep-images.js';
import type { ComposeRequest } from '../../../../src/core/compose/request.js';
import { runCompose } from '../../../../src/core/compose/run.js';
import { ComposePlay, defaults, ends, PROJECT } from '../../../worlds/compose-run.js';
import type { ServiceSpec } from '../../../worlds/containers.js';
import { recordLog } from '../../../worlds/log.js';

/** Makes the images of a project, and keeps them. */
async function keep(services: Readonly<Record<string, ServiceSpec>>, more: Partial<ComposeRequest> = {}) {
  const play = new ComposePlay(services);
  const { containers, host, clock } = play;
  const request = { ...defaults, ...more };
  let kept: ComposeRequest | undefined;
  const world = { containers, host, clock, projectName: PROJECT, signal: play.cancellation.signal };
  const onImages = async (plan: Parameters<typeof keepImages>[1]): Promise<void> =>
    void (kept = await keepImages(request, plan, { containers, repository: 'ci-1-1' }));
  const outcome = await runCompose(toImageRequest(request), { ...world, onImages }, recordLog().log);
  return { play, kept, outcome };
}

test('all images get names of their own before anything is started, and nothing of the project is left', async () => {
  const { play, kept, outcome } = await keep({ db: { build: true }, s: { ...ends(0), needs: { db: 'started' } } });
  expect(kept).toMatchObject({ images: { db: 'ci-1-1:db', s: 'ci-1-1:s' }, build: false, pull: 'never' });
  expect(outcome.verdict).toBe('pass');
  expect(play.containers.calls.filter((call) => call.startsWith('up'))).toEqual([]);
  expect(play.containers.calls.filter((call) => call.startsWith('tag'))).toEqual([
    `tag ${PROJECT}-db ci-1-1:db`,
    'tag s:1 ci-1-1:s',
  ]);
});

test('runs start exactly these images, and neither pull nor build', async () => {
  const { play, kept } = await keep({
    db: { build: true, image: 'app:latest' },
    s: { ...ends(0), needs: { db: 'started' } },
  });
  play.containers.calls.length = 0;
  const outcome = await play.run(kept);
  expect(outcome.verdict).toBe('pass');
  expect(play.containers.calls.filter((call) => /^(pull|build|tag)/.test(call))).toEqual([]);
  expect(play.host.files.get('/temp/artifacts/images.json')?.text).toContain('"pull_policy": "never"');
});

test('an image that is not there keeps its name, and so does that of a session beside the project', async () => {
  const session = { kind: 'image', image: 'curl:1', command: [] } as const;
  const play = new ComposePlay({ db: {} });
  play.containers.missingImages.add('curl:1');
  const { containers } = play;
  const plan = { model: { services: [{ name: 'db', image: 'db:1' }] }, project: { name: PROJECT } };
  const about = { containers, repository: 'r' };
  const kept = await keepImages({ ...defaults, session }, plan as never, about);
  expect([kept.images, kept.session]).toEqual([{ db: 'r:db' }, session]);
  play.containers.missingImages.clear();
  const second = await keepImages({ ...defaults, session }, plan as never, about);
  expect(second.session).toMatchObject({ image: 'r:_session' });
});

test('the images of a session on the host are those of all services, because it may run any of them', () => {
  const services = ['db'];
  expect(toImageRequest({ ...defaults, services }).services).toBe(services);
  const host = { ...defaults, services, session: { kind: 'host', command: 'make test' } as const };
  expect(toImageRequest(host).services).toBe('all');
});
