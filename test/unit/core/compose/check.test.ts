import { describe, expect, test } from '@jest/globals';
import { Failure } from '../../../../src/core/kernel/failure.js';
import type { ComposeRequest } from '../../../../src/core/compose/request.js';
import type { ServiceSpec } from '../../../worlds/containers.js';
import { ComposePlay, ends } from '../../../worlds/compose-run.js';

const services: Readonly<Record<string, ServiceSpec>> = {
  db: { health: { healthyAfterMs: 100 } },
  tests: { needs: { db: 'healthy' }, ...ends(0) },
};

/** Expects an error in `check`, after which nothing was made. */
async function expectRefusal(play: ComposePlay, reason: RegExp | string) {
  const outcome = await play.run();
  expect(outcome).toMatchObject({ verdict: 'error', phase: 'check', exitCode: 1 });
  expect(outcome.reasons.join(' ')).toMatch(reason);
  expect(outcome.phases.map(({ name }) => name)).toEqual(['check']);
  expect(play.containers.calls).toEqual([]);
  return outcome;
}

describe('The check of a project', () => {
  test('refuses what Compose refuses, in its words', async () => {
    const play = new ComposePlay(services);
    play.containers.invalid = 'yaml: line 3: mapping values are not allowed in this context';
    expect((await expectRefusal(play, /line 3/)).code).toBe('compose-invalid');
  });

  test('reports Docker before everything else', async () => {
    const play = new ComposePlay(services);
    play.containers.invalid = 'also wrong';
    play.containers.failure = new Failure('docker-missing', 'There is no program docker.', { hint: 'Install it.' });
    const outcome = await expectRefusal(play, 'There is no program docker.');
    expect(outcome).toMatchObject({ code: 'docker-missing', hint: 'Install it.' });
  });

  test('warns of variables that are not set, or refuses them', async () => {
    const play = new ComposePlay(services);
    play.containers.unsetVariables = ['KEY', 'TAG'];
    play.containers.warnings = ['compose.yml: the attribute `version` is obsolete, it will be ignored'];
    expect((await play.run()).warnings).toEqual([expect.stringContaining('KEY, TAG')]);
    const strict = new ComposePlay(services, { unsetVariables: 'fail' });
    strict.containers.unsetVariables = ['KEY', 'TAG'];
    await expectRefusal(strict, /not set and have no default: KEY, TAG/);
  });

  test('refuses an image that came out of a variable that is not set', async () => {
    const play = new ComposePlay({ ...services, db: { image: 'postgres:' } });
    play.containers.unsetVariables = ['TAG'];
    await expectRefusal(play, 'db has the image "postgres:", because variables are not set: TAG.');
  });

  test('lets setup set variables, and checks again', async () => {
    const play = new ComposePlay(services, { setup: 'prepare', unsetVariables: 'fail' });
    const { containers, host } = play;
    containers.unsetVariables = ['TAG'];
    host.scripts = { prepare: { does: () => void (containers.unsetVariables = []) } };
    expect(await play.run()).toMatchObject({ verdict: 'pass' });
    host.scripts = { prepare: {} };
    containers.unsetVariables = ['TAG'];
    expect(await play.run()).toMatchObject({ verdict: 'error', phase: 'setup', code: 'bad-input' });
  });

  test('names who holds a container_name, unless that service is not started', async () => {
    const held = { ...services, db: { ...services['db'], containerName: 'shop-db' } };
    const play = new ComposePlay(held);
    play.containers.addForeign('shop-db', { project: 'shop' });
    await expectRefusal(play, 'shop-db (running, of the project shop) holds the `container_name` shop-db.');
    const other = new ComposePlay(
      { ...services, extra: { containerName: 'shop-db' } },
      {
        session: { kind: 'services', services: ['tests'] },
      },
    );
    other.containers.addForeign('shop-db');
    expect(await other.run()).toMatchObject({ verdict: 'pass' });
  });

  test('activates the profile of a session that is named', async () => {
    const play = new ComposePlay(
      { ...services, tests: { ...services['tests'], profiles: ['test'] } },
      { session: { kind: 'services', services: ['tests'] } },
    );
    // The fake resolves all services; a real Compose leaves out those of other profiles.
    const resolve = play.containers.resolve.bind(play.containers);
    const asked: (readonly string[])[] = [];
    play.containers.resolve = async (project) => {
      asked.push(project.profiles);
      const answer = await resolve(project);
      if (project.profiles.length > 0) return answer;
      const { tests: _, ...rest } = (answer.model as { services: Record<string, unknown> }).services;
      return { ...answer, model: { ...(answer.model as object), services: rest } };
    };
    expect(await play.run()).toMatchObject({ verdict: 'pass' });
    expect(asked).toEqual([[], ['*'], ['test']]);
  });

  test('gives scripts the names by which `docker compose` finds this project', async () => {
    const request: Partial<ComposeRequest> = { setup: 'prepare', profiles: ['a', 'b'] };
    const play = new ComposePlay(services, request);
    play.host.scripts = { prepare: {} };
    await play.run();
    expect(play.host.ran[0]?.env).toMatchObject({
      COMPOSE_PROJECT_NAME: 'ci-0123abcd-project',
      COMPOSE_FILE: '/w/project/compose.yml:/temp/artifacts/session.json',
      COMPOSE_PROFILES: 'a,b',
      ARTIFACTS: '/temp/artifacts',
    });
  });
});
