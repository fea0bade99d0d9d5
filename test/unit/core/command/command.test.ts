import { describe, expect, test } from '@jest/globals';
import { listOverrides, readCommand, type CommandOptions } from '../../../../src/core/command/command.js';

const NAME = 'light';
const usual: CommandOptions = { testName: NAME, testNames: [NAME, 'light-cluster', 'plot'], language: 'both' };

function read(comment: string, description?: string, options: Partial<CommandOptions> = {}) {
  const body = description === undefined ? undefined : { text: description, source: 'the description' };
  return readCommand({ text: comment, source: 'the comment' }, body, { ...usual, ...options });
}

/** The overrides of a command, or why it is refused. */
function overrides(comment: string, description?: string) {
  const reading = read(comment, description);
  if (reading.kind !== 'command') return reading;
  const all = listOverrides(reading.command, 'the comment');
  return Object.fromEntries(all.map(({ key, value }) => [key, value]));
}

function problemsOf(comment: string, description?: string) {
  const reading = read(comment, description);
  return reading.kind === 'refused' ? reading.problems : reading;
}

describe('A command', () => {
  test('becomes overrides under the seed’s names', () => {
    const comment = `/test light fine_tuning ibm_40gb_models\n/var tests.gpu: [2, 4]\n/skip prepare_ci\n/only test_ci\n/cluster mac5\n/project p`;
    expect(overrides(comment, '/var tests.a: 1')).toEqual({
      PR_POSITIONAL_ARGS: 'fine_tuning ibm_40gb_models',
      PR_POSITIONAL_ARG_0: 'light',
      PR_POSITIONAL_ARG_1: 'fine_tuning',
      PR_POSITIONAL_ARG_2: 'ibm_40gb_models',
      'exec_list.prepare_ci': false,
      'exec_list._only_': true,
      'exec_list.test_ci': true,
      'tests.a': 1,
      'tests.gpu': [2, 4],
      'cluster.name': 'mac5',
      'project.name': 'p',
    });
  });

  test('knows the line of each value', () => {
    const reading = read('Now:\n\n/test light a\n/var b.c: 1\n', '/var b.d: 2');
    expect(reading).toMatchObject({
      command: {
        args: [{ text: 'a', source: 'the comment, line 3' }],
        vars: [
          { key: 'b.d', source: 'the description, line 1' },
          { key: 'b.c', source: 'the comment, line 4' },
        ],
      },
    });
  });

  test('counts more than the description, which begins no test', () => {
    const comment = '/test light\n/var a.b: 2\n/skip x\n/cluster two';
    expect(overrides(comment, '/var a.b: 1\n/only x\n/cluster one\n/test light a\n')).toEqual({
      PR_POSITIONAL_ARGS: '',
      PR_POSITIONAL_ARG_0: 'light',
      'a.b': 2,
      'exec_list._only_': true,
      'exec_list.x': false,
      'cluster.name': 'two',
    });
    expect(read('Looks good', '/test light')).toEqual({ kind: 'none' });
  });

  test.each([
    ['/test light-cluster a', undefined],
    ['/test plot', undefined],
    ['Thanks!', undefined],
    ['/test lihgt a', /There is no test `lihgt`; did you mean `light`\? Write `\/test light`/],
    ['/test ?', /^Write `\/test light` and its arguments\.$/],
    ['/test', /^Write `\/test light`/],
    ['/plan help', /^Write `\/plan light`/],
    ['/test something-else', undefined],
  ])('%j is none of this test', (comment, hint) => {
    const reading = read(comment);
    expect(reading.kind).toBe('none');
    if (hint) expect(reading).toMatchObject({ hint: expect.stringMatching(hint) });
    else expect(reading).toEqual({ kind: 'none' });
  });

  test('of another test in the same comment does not matter, and directives are for both', () => {
    const comment = '/test plot x\n/test light y\n/var a.b: 1';
    expect(overrides(comment)).toMatchObject({ PR_POSITIONAL_ARGS: 'y', 'a.b': 1 });
  });

  test('may be written twice, but not in two ways', () => {
    expect(overrides('/test light a  b\n/test light a b')).toMatchObject({ PR_POSITIONAL_ARGS: 'a b' });
    for (const comment of ['/test light a\n/test light b', '/test light a\n/plan light a'])
      expect(problemsOf(comment)).toEqual([
        expect.stringMatching(/^the comment, lines 1 and 2: .* are two commands; allowed: one/),
      ]);
  });

  test('`/plan` is the same, for the answer only', () => {
    expect(read('/plan light a')).toMatchObject({ command: { mode: 'plan', args: [{ text: 'a' }] } });
  });

  test('without a test’s name adds up several lines', () => {
    const reading = read('/test unit\r\n/test cuda, arm64\r\n', undefined, { testName: undefined });
    expect(reading).toMatchObject({ command: { args: [{ text: 'unit' }, { text: 'cuda,' }, { text: 'arm64' }] } });
    expect(read('/tests all', undefined, { testName: undefined }).kind).toBe('none');
  });

  test('with 500 `/var` lines is read', () => {
    const lines = Array.from({ length: 500 }, (_, at) => `/var a.b${at}: {c: [${at}]}`);
    expect(Object.keys(overrides(`/test light\n${lines.join('\n')}`))).toHaveLength(502);
  });

  test('warns of a key that is set twice', () => {
    expect(read('/test light\n/var a: 1\n/var a: 2')).toMatchObject({
      command: { vars: [{ key: 'a', value: 2 }] },
      warnings: ['the comment, line 3: `a` is also set on line 2; the last counts.'],
    });
  });
});

describe('A line is refused with what to write', () => {
  test.each([
    ['/var a.b=c', '`/var a.b=c` has `=`; write `key: value`, here `/var a.b: c`.'],
    ['/var a.b = "c d"', '`/var a.b = "c d"` has `=`; write `key: value`, here `/var a.b: "c d"`.'],
    ['/var a.b:c', '`/var a.b:c` has no blank after the colon; write `/var a.b: c`.'],
    ['/var a.b', '`/var a.b` has no value; write `/var key: value`.'],
    ['/var', '`/var` is empty; write `/var key: value`.'],
    ['/var {a: 1}', '`/var {a: 1}` begins with a bracket; write `/var key: value`, each key on a line of its own.'],
    ['/var a: b: c', "`/var a: b: c` is not YAML, because of `: ` in the value; quote it: `/var a: 'b: c'`."],
    ['/var a: @b', "`/var a: @b` is not YAML, because of `@` in the value; quote it: `/var a: '@b'`."],
    ['/var a: *$@b', "`/var a: *$@b` is not YAML, because of `*` in the value; quote it: `/var a: '*$@b'`."],
    ['/var a: [1', /`\/var a: \[1` is not YAML; write `\/var key: value` \(/],
    [
      '/var a..b: 1',
      '`/var a..b: 1` has the key `a..b`; allowed: names joined by dots, `["quoted.names"]` and indexes like `[0]`.',
    ],
    [
      '/var a: yes',
      /`\/var a: yes` is not certain: `yes` is `true` in YAML 1.1 and text in YAML 1.2; write "yes" for text, or `true`\.$/,
    ],
    ['/var a: 22:22', /the number 1342 in YAML 1.1/],
    ['/var a: 2001-12-14', /a date in YAML 1.1/],
    ['/skip', '`/skip` names no phase; write `/skip PHASE`.'],
    ['/only a/b', '`/only a/b` names `a/b`, which cannot be a phase.'],
    ['/only _only_', '`/only _only_` names `_only_`, which cannot be a phase.'],
    ['/cluster a b', '`/cluster a b` has several words; write `/cluster NAME`.'],
    ['/cluster', '`/cluster` has no name; write `/cluster NAME`.'],
    ['/onyl test_ci', '`/onyl test_ci` is no command; did you mean `/only`?'],
    ['/vars a: 1', '`/vars a: 1` is no command; did you mean `/var`?'],
    ['/skp a', '`/skp a` is no command; did you mean `/skip`?'],
  ])('%s', (line, problem) => {
    const expected = typeof problem === 'string' ? `the comment, line 2: ${problem}` : expect.stringMatching(problem);
    expect(problemsOf(`/test light\n${line}\n`)).toEqual([expected]);
  });

  test('if it contradicts another', () => {
    expect(problemsOf('/test light\n/skip a, b\n/only b\n/cluster x\n/cluster y\n')).toEqual([
      'the comment, line 3: `/only b` contradicts line 2, `/skip a, b`: phase `b` can be in one of them.',
      'the comment, line 5: `/cluster y` contradicts line 4, `/cluster x`; allowed: one.',
    ]);
  });

  test('with all other problems at once, of the description too', () => {
    expect(problemsOf('/test light\n/var a=1\n/skip', '/var b=1')).toHaveLength(3);
  });

  test.each(['/variant no', '/o', '/etc hosts', '/verylongword x'])('but %j is prose', (line) => {
    expect(read(`/test light\n${line}`).kind).toBe('command');
  });
});
