import { describe, expect, test } from '@jest/globals';
import { readModel } from '../../../../src/core/compose/model.js';

function readOne(service: Readonly<Record<string, unknown>>) {
  return readModel({ services: { one: service } }).services[0]!;
}

describe('A resolved project', () => {
  test('has the services with what is declared of them', () => {
    const service = readOne({
      image: 'a:1',
      build: { context: '.' },
      pull_policy: 'never',
      container_name: 'a',
      network_mode: 'host',
      networks: { default: null, back: {} },
      profiles: ['test'],
      entrypoint: ['sh', '-c'],
      command: 'serve 80',
      volumes: [
        { type: 'bind', source: '/src', target: '/app' },
        { type: 'volume', source: 'data', target: '/data' },
      ],
      secrets: [{ source: 'key', target: '/run/secrets/key' }, 'other'],
      configs: [{ source: 'rules', target: '/etc/rules' }],
      stop_grace_period: '1m30s',
    });
    expect(service).toEqual({
      name: 'one',
      image: 'a:1',
      isBuilt: true,
      pullPolicy: 'never',
      dependsOn: [],
      ports: [],
      publishedPorts: [],
      containerName: 'a',
      networkMode: 'host',
      networks: ['default', 'back'],
      replicas: 1,
      profiles: ['test'],
      words: ['sh', '-c', 'serve 80'],
      binds: [{ source: '/src', target: '/app' }],
      mounted: [
        { kind: 'secret', key: 'key' },
        { kind: 'secret', key: 'other' },
        { kind: 'config', key: 'rules' },
      ],
      stopGraceMs: 90_000,
    });
  });

  test.each([
    [{ expose: ['80', '443/tcp', '53/udp'] }, [80, 443]],
    [{ expose: [3306], ports: [{ target: 80, published: '8080', protocol: 'tcp' }] }, [80, 3306]],
    [{ expose: ['7000-7002'] }, [7000, 7001, 7002]],
    [{ expose: ['10000-20000'] }, []],
    [{ ports: [{ target: 80 }, { target: 80, protocol: 'udp' }], expose: ['80'] }, [80]],
  ])('%j declares the TCP ports %j', (service, ports) => {
    expect(readOne(service).ports).toEqual(ports);
  });

  test.each([
    [{ scale: 3 }, 3],
    [{ deploy: { replicas: 2 } }, 2],
    [{ deploy: { replicas: 0 } }, 0],
  ])('%j has %j containers', (service, replicas) => {
    expect(readOne(service).replicas).toBe(replicas);
  });

  test('has dependencies that are declared, and those that are implied', () => {
    const service = readOne({
      depends_on: { db: { condition: 'service_healthy', required: false }, mail: null },
      links: ['db:database', 'web'],
      volumes_from: ['files:ro', 'container:x'],
      network_mode: 'service:vpn',
    });
    expect(service.dependsOn.map(({ service, condition, required }) => `${service} ${condition} ${required}`)).toEqual([
      'db service_healthy false',
      'mail service_started true',
      'web service_started true',
      'files service_started true',
      'vpn service_started true',
    ]);
  });

  test('has networks and files by their keys', () => {
    const model = readModel({
      networks: { default: { name: 'p_default' }, lan: { name: 'lan', driver: 'macvlan' } },
      secrets: { key: { file: '/w/key' }, env: { environment: 'KEY' } },
      configs: { rules: { file: '/w/rules' } },
    });
    expect(model).toEqual({
      services: [],
      networks: { default: { name: 'p_default' }, lan: { name: 'lan', driver: 'macvlan' } },
      files: { 'secret key': '/w/key', 'config rules': '/w/rules' },
    });
  });

  test('that is none has nothing', () => {
    expect(readModel(undefined)).toEqual({ services: [], networks: {}, files: {} });
  });
});
