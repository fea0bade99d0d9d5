import { describe, expect, test } from '@jest/globals';
import { readReady } from '../../../../src/core/compose/read-ready.js';
import { parse } from '../../../../src/core/kernel/yaml.js';

const read = (yaml: string) => readReady(parse(yaml));

describe('The input `ready`', () => {
  test('reads every condition', () => {
    const yaml = 'db: healthy\nmock: port:6000\nmigrate: exit\nwatch: started\nweb: log:Listening on port';
    expect(read(yaml)).toEqual({
      ready: {
        db: { kind: 'healthy' },
        mock: { kind: 'port', port: 6000 },
        migrate: { kind: 'exit' },
        watch: { kind: 'started' },
        web: { kind: 'log', text: 'Listening on port' },
      },
      problems: [],
    });
  });

  test.each([undefined, null])('is empty when it is %s', (value) => {
    expect(readReady(value)).toEqual({ ready: {}, problems: [] });
  });

  test.each([
    ['db: helthy', '`ready` is "helthy" for the service db', 'did you mean `healthy`?'],
    ['db: 5432', '`ready` is 5432 for the service db', 'did you mean `port:5432`?'],
    ['db: port', '`ready` is "port" for the service db', 'did you mean `port:N`?'],
    ['db: port:0', '`ready` is "port:0"', 'allowed: `healthy`, `port:N`, `exit`, `started`, `log:TEXT`'],
    ['db: port:65536', '`ready` is "port:65536"', 'a port is a number from 1 to 65535.'],
    ['db: running', '`ready` is "running"', 'did you mean `started`?'],
    ['db: completed', '`ready` is "completed"', 'did you mean `exit`?'],
    ['db: "log:"', '`ready` is "log:"', '`log:TEXT`'],
    ['db: {port: 5432}', '`ready` is {"port":5432}', 'as one word, in quotes if it has a blank.'],
    ['"a b": started', 'names the service "a b"', 'allowed: letters, digits'],
  ])('refuses `%s` with what is allowed', (yaml, given, advice) => {
    const { ready, problems } = read(yaml);
    expect(ready).toEqual({});
    expect(problems).toEqual([expect.stringContaining(given)]);
    expect(problems[0]).toContain(advice);
  });

  test('refuses what is no map', () => {
    expect(read('- db').problems).toEqual([expect.stringContaining('`ready` is no map; allowed: a line `SERVICE:')]);
  });

  test('reports every wrong entry, and keeps the right ones', () => {
    const { ready, problems } = read('a: helthy\nb: healthy\nc: 1');
    expect(Object.keys(ready)).toEqual(['b']);
    expect(problems).toHaveLength(2);
  });
});
