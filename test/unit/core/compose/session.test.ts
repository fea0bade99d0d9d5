import { describe, expect, test } from '@jest/globals';
import type { Layout } from '../../../../src/core/compose/layout.js';
import { readModel } from '../../../../src/core/compose/model.js';
import type { ComposeRequest } from '../../../../src/core/compose/request.js';
import { chooseServices } from '../../../../src/core/compose/session.js';
import { defaults } from '../../../worlds/compose-run.js';

/** Services with what they depend on: `tests: ['api', 'db']`; `!db` waits until db is done. */
function project(services: Readonly<Record<string, readonly string[]>>) {
  const entries = Object.entries(services).map(([name, needs]) => {
    const depends = needs.map((one) => [
      one.replace('!', ''),
      { condition: one.startsWith('!') ? 'service_completed_successfully' : 'service_started', required: true },
    ]);
    return [name, { image: 'a:1', depends_on: Object.fromEntries(depends) as unknown }];
  });
  return readModel({ services: Object.fromEntries(entries) as unknown });
}

function choose(
  services: Readonly<Record<string, readonly string[]>>,
  request: Partial<ComposeRequest> = {},
  layout: Layout = { sessions: [] },
) {
  return chooseServices({ ...defaults, ...request }, project(services), layout);
}

const named = (...services: string[]): Partial<ComposeRequest> => ({ session: { kind: 'services', services } });

describe('The session', () => {
  test('is the one service that no other depends on', () => {
    const { session, servers } = choose({ db: [], api: ['db'], tests: ['api'] });
    expect(session).toEqual({ kind: 'services', services: ['tests'] });
    expect(servers).toEqual(['db', 'api']);
  });

  test.each([
    ['several such services', { db: [], tests: ['db'], ui: ['db'] }, /any of 2 services: tests, ui/],
    ['no such service', { a: ['b'], b: ['a'] }, /every service is one that others depend on/],
    ['no service at all', {}, /no service in the active profiles/],
  ] as const)('is refused with %s', (_, services, message) => {
    expect(() => choose(services)).toThrow(message);
  });

  test('must exist, and so must all other services that inputs name', () => {
    const request = {
      ...named('test'),
      services: ['dbs'],
      ready: { cache: { kind: 'started' } },
      collect: ['tets:/a'],
    };
    expect(() => choose({ db: [], tests: ['db'] }, request as Partial<ComposeRequest>)).toThrow(
      '`session` names the service test, which the project does not have; did you mean tests? `services` names the service dbs, which the project does not have; did you mean db? `ready` names the service cache, which the project does not have. `collect` names the service tets, which the project does not have; did you mean tests?',
    );
  });

  test('is none that another service waits for', () => {
    const services = { init: [], app: ['!init'] };
    expect(() => choose(services, named('init'))).toThrow('app depends on init, so init cannot be the session.');
    expect(choose(services, { ...named('init'), services: [] }).servers).toEqual([]);
  });

  test('is none that a service needs which is started before it', () => {
    const services = { db: [], api: ['db'], ui: ['api'] };
    expect(() => choose(services, { ...named('api'), services: 'all' })).toThrow('ui depends on api');
    expect(choose(services, named('api')).servers).toEqual(['db']);
  });

  test('is what the layout of the folder says', () => {
    const services = { camera: [], walker: [] };
    const host = choose(services, {}, { sessions: ["python3 '/w/session_a.py'"] });
    expect(host).toEqual({
      session: { kind: 'host', commands: ["python3 '/w/session_a.py'"] },
      servers: ['camera', 'walker'],
    });
    const inside = choose(services, {}, { sessions: [], sessionService: 'walker' });
    expect(inside).toEqual({ session: { kind: 'services', services: ['walker'] }, servers: ['camera'] });
  });
});

describe('The services before the session', () => {
  const services = { db: [], mail: [], api: ['db'], tests: ['api'] };

  test('are what it depends on, and nothing else', () => {
    expect(choose(services, named('tests')).servers).toEqual(['db', 'api']);
  });

  test('are all others if it depends on none', () => {
    expect(choose({ db: [], mail: [], tests: [] }, named('tests')).servers).toEqual(['db', 'mail']);
  });

  test('are all for a session that is no service', () => {
    const exec = { session: { kind: 'exec', service: 'api', command: 'x' } } as const;
    expect(choose(services, exec).servers).toEqual(['db', 'mail', 'api', 'tests']);
    expect(choose(services, { ...exec, services: 'dependencies' }).servers).toEqual(['db', 'api']);
    expect(choose(services, { session: { kind: 'host', command: 'x' } }).servers).toHaveLength(4);
  });

  test('are those of the input with what they need', () => {
    expect(choose(services, { ...named('tests'), services: ['api'] }).servers).toEqual(['db', 'api']);
    expect(choose(services, { ...named('tests'), services: 'all' }).servers).toEqual(['db', 'mail', 'api']);
  });

  test('have the one in which the session runs', () => {
    const request = { session: { kind: 'exec', service: 'api', command: 'x' }, services: ['mail'] } as const;
    expect(() => choose(services, request)).toThrow('`exec` names api, which `services` does not start.');
  });
});
