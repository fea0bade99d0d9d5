import { describe, expect, test } from '@jest/globals';
import { inputs } from '../../../../actions/run-compose.inputs.js';
import { readComposeRequest, type JointInputs } from '../../../../src/core/compose/read-request.js';
import { collectFields } from '../../../../src/core/inputs/fields.js';
import { parseInputs, parseJson, type RawInputs } from '../../../../src/core/inputs/inputs.js';

const none: JointInputs = {
  session: undefined,
  exec: undefined,
  run: undefined,
  image: undefined,
  command: undefined,
  ready: {},
  resultFrom: 'exit-code',
  requireFiles: [],
};

function parse(given: Readonly<Record<string, string>>) {
  const raw: RawInputs = Object.fromEntries(Object.entries(given).map(([name, text]) => [name, { text }]));
  return parseInputs(inputs, raw, parseJson);
}

function read(joint: Partial<JointInputs>, given: Readonly<Record<string, string>> = {}) {
  return readComposeRequest(collectFields(inputs, parse(given).values, 'compose'), { ...none, ...joint });
}

describe('A request of run-compose', () => {
  test('has the documented defaults', () => {
    const { request, problems } = read({});
    expect(problems).toEqual([]);
    expect(request).toMatchObject({
      directory: '.',
      files: [],
      session: { kind: 'default' },
      build: true,
      pull: 'missing',
      unsetVariables: 'warn',
      readyTimeoutMs: 600_000,
      timeoutMs: 3_600_000,
      onServerExit: 'fail',
      gpu: 'none',
      resultFrom: { kind: 'exit-code' },
      sleepAfterStartMs: 0,
    });
  });

  test.each<[Partial<JointInputs>, unknown]>([
    [{ session: ['a', 'b'] }, { kind: 'services', services: ['a', 'b'] }],
    [
      { exec: 'ctl', command: 'pytest' },
      { kind: 'exec', service: 'ctl', command: 'pytest' },
    ],
    [{ run: 'make test' }, { kind: 'host', command: 'make test' }],
    [{ image: 'i' }, { kind: 'image', image: 'i', command: [] }],
    [
      { image: 'i', command: "sh -c 'make && make test'" },
      { kind: 'image', image: 'i', command: ['sh', '-c', 'make && make test'] },
    ],
  ])('takes %j as its session', (joint, session) => {
    const { request, problems } = read(joint);
    expect([request.session, problems]).toEqual([session, []]);
  });

  test.each<[Partial<JointInputs>, string]>([
    [{ session: ['a'], run: 'x' }, '`session` and `run` each say what the session is'],
    [{ exec: 'a', command: 'c', image: 'i' }, '`exec` and `session-image` each say what the session is'],
    [{ exec: 'a' }, '`exec` is "a", and `command` is empty'],
    [{ command: 'c' }, '`command` is given without `exec` or `session-image`'],
    [{ command: 'c', session: ['a'] }, '`command` is given without `exec` or `session-image`'],
    [{ command: "say 'hi", image: 'i' }, "the quote ' is not closed"],
    [{ command: 'c', run: 'x' }, 'On the host, `run` itself is the command.'],
  ])('refuses %j', (joint, problem) => {
    expect(read(joint).problems).toEqual([expect.stringContaining(problem)]);
  });

  test.each([
    ['stdout', { kind: 'stdout' }],
    ['webhook', { kind: 'webhook' }],
    ['bench:/out/r.json', { kind: 'file', path: 'bench:/out/r.json' }],
  ])('takes its result from %s', (resultFrom, expected) => {
    expect(read({ resultFrom }).request.resultFrom).toEqual(expected);
  });
});

describe('The inputs of run-compose', () => {
  test.each([
    ['directory', '../other', 'a path inside the workspace'],
    ['directory', '/etc', 'a path inside the workspace'],
    ['session', 'a b', 'names of services, separated by commas or new lines'],
    ['exec', 'a,b', 'the name of a service'],
    ['build', 'maybe not', 'names of services'],
    ['pull', 'sometimes', '`missing`, `always`, `never`'],
    ['timeout-minutes', '0', 'minutes above 0, up to 7000'],
    ['timeout-minutes', '1h', 'such as `5` or `0.5`'],
    ['ready-timeout-minutes', '361', 'up to 360'],
    ['gpu', 'some', '`none`, `all`, or a whole number from 1 to 64'],
    ['gpu', '0', '`none`, `all`, or a whole number from 1 to 64'],
    ['result-from', 'stdot', '`exit-code`, `stdout`, `webhook`, or a file'],
    ['on-server-exit', 'ignore', '`fail`, `warn`'],
    ['unset-variables', 'error', '`warn`, `fail`'],
    ['require-files', '/out/*', 'it begins with `/`'],
    ['override', '{', 'it is not YAML'],
    ['sesion', 'a', 'did you mean `session`?'],
  ])('refuse %s: %s', (name, text, allowed) => {
    const { problems } = parse({ [name]: text });
    expect(problems).toEqual([expect.stringContaining(allowed)]);
    expect(problems[0]).toContain(`\`${name}\``);
  });

  test('take parts of a minute, flags or lists, words or numbers', () => {
    const { values, problems } = parse({
      'timeout-minutes': '0.5',
      build: 'base, tests',
      services: 'dependencies',
      gpu: '2',
    });
    expect(problems).toEqual([]);
    expect(values).toMatchObject({
      'timeout-minutes': 30_000,
      build: ['base', 'tests'],
      services: 'dependencies',
      gpu: 2,
    });
    expect(parse({ build: 'FALSE', services: 'db, web', gpu: 'all' }).values).toMatchObject({
      build: false,
      services: ['db', 'web'],
      gpu: 'all',
    });
  });
});
