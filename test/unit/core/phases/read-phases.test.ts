import { expect, test } from '@jest/globals';
import { parse } from '../../../../src/core/kernel/yaml.js';
import { readPhases } from '../../../../src/core/phases/read-phases.js';
import { readWork } from '../../../../src/core/phases/read-work.js';

const problemsOf = (...phases: readonly unknown[]): readonly string[] => readPhases(phases).problems;
const workOf = (phases: unknown, more: object = {}) =>
  readWork({ phases, slots: undefined, parallel: 16, only: [], skip: [], ...more });

test('a phase has defaults, and everything that is given', () => {
  const { phases, problems } = readPhases([
    { name: 'prepare', run: 'make' },
    {
      name: 'test',
      run: 'make test',
      'timeout-minutes': 0.5,
      needs: 'prepare',
      slots: { build: 2 },
      env: { A: 1, B: true, C: null },
      'require-files': '$ARTIFACT_DIR/a/*.json',
      matrix: { GPU: [1, 2] },
      'stop-on-error': true,
    },
    { name: 'cleanup', run: 'make clean', always: true, slots: 'build' },
  ]);
  expect(problems).toEqual([]);
  expect(phases[0]).toEqual({
    name: 'prepare',
    run: 'make',
    timeoutMs: 3_600_000,
    always: false,
    needs: undefined,
    slots: {},
    env: {},
    requireFiles: [],
    matrix: {},
    stopOnError: false,
    optional: false,
    acceptFailures: false,
    measure: false,
  });
  expect(phases[1]).toMatchObject({
    timeoutMs: 30_000,
    needs: ['prepare'],
    slots: { build: 2 },
    env: { A: '1', B: 'true', C: '' },
    requireFiles: ['$ARTIFACT_DIR/a/*.json'],
    matrix: { GPU: [1, 2] },
    stopOnError: true,
  });
  expect(phases[2]).toMatchObject({ always: true, timeoutMs: 600_000, slots: { build: 1 } });
});

test('all problems are reported at once, each with its phase and its field', () => {
  expect(
    problemsOf(
      { name: 'a/b', run: 'true' },
      { name: 'test', run: ' ', 'timeout-minute': 5, slots: { build: 0 }, always: 'yes' },
      { run: 'true', needs: 7 },
      'text',
      { name: 'x', run: 'true', env: { '1A': 1 }, 'require-files': ['../a'], matrix: { N: [] } },
      { name: 'y', run: 'true', 'timeout-minutes': 0, 'stop-on-error': true },
    ),
  ).toEqual([
    '`phases`: phase `a/b`, `name` is "a/b"; allowed: up to 100 letters, digits, `.`, `_` and `-`, beginning with a letter or digit: it is the name of a folder.',
    '`phases`: phase `test`, `timeout-minute` is not a field; did you mean `timeout-minutes`?',
    '`phases`: phase `test`, `run` is " "; allowed: Bash commands.',
    '`phases`: phase `test`, `always` is "yes"; allowed: `true` or `false`.',
    '`phases`: phase `test`, `slots` is "build: 0"; allowed: a map from kinds of slots to whole numbers from 1, such as `build: 2`.',
    '`phases`: entry 3, `needs` is 7; allowed: the name of a phase, or a list of names.',
    '`phases`: entry 3 has no `name`.',
    '`phases`: entry 4 is "text"; allowed: a map with `name` and `run`.',
    '`phases`: phase `x`, `env` is "1A"; allowed: names of variables of letters, digits and `_`, not beginning with a digit.',
    expect.stringMatching(
      /^`phases`: phase `x`, `require-files` is "..\/a"; allowed: .* \(it leaves the folder by `..`\)\.$/,
    ),
    '`phases`: phase `x`, `matrix` is "N: []"; allowed: a map from variables to lists of at least one value, such as `GPU: [1, 2]`.',
    '`phases`: phase `y`, `timeout-minutes` is 0; allowed: minutes above 0, up to 7000, such as `5` or `0.5`.',
    '`phases`: phase `y` has `stop-on-error` and no `matrix`, whose runs it is about.',
  ]);
});

test.each([[[]], [{}], ['x'], [null], [3]])('%j is no list of phases', (given) => {
  expect(readPhases(given).problems).toEqual([
    `\`phases\`: it is ${JSON.stringify(given)}; allowed: a list of phases, each with \`name\` and \`run\`.`,
  ]);
});

test('a name that is there twice is reported once', () => {
  const one = { name: 'a', run: 'true' };
  expect(problemsOf(one, one, one)).toEqual(['`phases`: phase `a` is there twice; allowed: each name once.']);
});

test('what does not fit together is reported with the nearest name', () => {
  const phases = [
    { name: 'prepare', run: 'true', needs: 'prepare' },
    { name: 'test', run: 'true', needs: ['prepar', 'zzzzzz'], slots: { buld: 1 } },
    { name: 'load', run: 'true', slots: { build: 3 } },
  ];
  expect(workOf(phases, { slots: { build: 2 }, only: ['tets'], skip: ['load'] }).problems).toEqual([
    '`phases`: phase `prepare` needs itself.',
    '`phases`: phase `test`, `needs` names `prepar`, which is no phase; did you mean `prepare`?',
    '`phases`: phase `test`, `needs` names `zzzzzz`, which is no phase.',
    '`only` names `tets`, which is no phase; did you mean `test`?',
    '`phases`: phase `test`, `slots` takes `buld`, which the input `slots` does not have; did you mean `build`?',
    '`phases`: phase `load`, `slots` takes 3 of `build`; allowed: up to 2.',
  ]);
  expect(workOf([{ name: 'a', run: 'true' }], { only: ['a'], skip: ['a'] }).problems).toEqual([
    '`only` and `skip` both name `a`; allowed: one of them.',
  ]);
  expect(workOf([{ name: 'a', run: 'true' }], { slots: { build: 0 } }).problems).toEqual([
    '`slots` is "build: 0"; allowed: a map from kinds of slots to whole numbers from 1, such as `build: 2`.',
  ]);
});

test('a circle is named, and what closes it without being written', () => {
  const phases = [
    { name: 'a', run: 'true', needs: 'c' },
    { name: 'b', run: 'true' },
    { name: 'c', run: 'true' },
  ];
  expect(workOf(phases).problems).toEqual([
    '`phases`: these wait for each other: `a` needs `c` needs `b` needs `a`. `c` has no `needs`, so it waits for what is before it; `needs: []` lets it begin at once.',
  ]);
  const chain = Array.from({ length: 10_000 }, (_, at) => ({
    name: `p${at}`,
    run: 'true',
    needs: `p${(at + 1) % 10_000}`,
  }));
  expect(workOf(chain).problems[0]).toMatch(/^`phases`: these wait for each other: `p0` needs `p1` needs /);
});

test('a matrix that multiplies to too many runs is refused before they are made', () => {
  const list = Array.from({ length: 1_000 }, (_, at) => at);
  const phases = [{ name: 'a', run: 'true', matrix: { A: list, B: list, C: list } }];
  expect(workOf(phases).problems).toEqual([
    '`phases`: with all matrices multiplied there are 1000000000 runs; allowed: up to 10000.',
  ]);
});

test.each([
  [{ matrix: { 'A-B': [1] } }, '`matrix` is "A-B"; allowed: names of variables'],
  [{ matrix: { A: [1, [2]] } }, '`matrix` is "A: [1,[2]]"; allowed: a map from variables to lists'],
  [
    { matrix: { A: [1, null] } },
    '`matrix` is "A: [1,null]"; allowed: a map from variables to lists of at least one value',
  ],
  [{ matrix: { A: null } }, ', each text, a number, `true` or `false`.'],
  [{ env: { A: [1] } }, '`env` is "A: [1]"; allowed: text, a number, `true` or `false` as the value of A.'],
  [{ needs: 'b, c' }, '`needs` is "b, c"; allowed: one name, or several as a list: `[b, c]`.'],
  [{ needs: 'b c' }, 'several as a list: `[b, c]`.'],
  [{ needs: 'b, /' }, '`needs` is "b, /"; allowed: up to 100 letters'],
  [{ matrix: { A: [1, '1'] } }, ', none twice.'],
  [{ 'require-files': [] }, '`require-files` is []; allowed: a file pattern, or a list of them.'],
  [
    { 'require-files': '$HOME/a' },
    '`require-files` is "$HOME/a"; allowed: patterns with no variable but `$ARTIFACT_DIR/` at the beginning.',
  ],
  [{ 'require-files': ['a', 1] }, '`require-files` is ["a",1]; allowed: a file pattern'],
  [{ 'timeout-minutes': 'x'.repeat(100) }, `\`timeout-minutes\` is "${'x'.repeat(78)}…; allowed:`],
])('%j is refused', (more, text) => {
  const problems = problemsOf({ name: 'a', run: 'true', ...more });
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(text);
});

test('the kinds of slots are listed where none is near', () => {
  expect(workOf([{ name: 'a', run: 'true', slots: 'zzzz' }], { slots: { build: 1, test: 2 } }).problems).toEqual([
    '`phases`: phase `a`, `slots` takes `zzzz`, which the input `slots` does not have (there are: build, test).',
  ]);
});

test('phases and their variables share fields by merge keys, and their own win', () => {
  const text = `
- &base
  name: prepare
  run: make
  timeout-minutes: 5
  env: &env { A: 1, B: 2 }
- { name: test, <<: *base, needs: prepare }
- <<: *base
  name: load
  env:
    B: 3
    <<: [*env, { A: 7, C: 4 }]
- { name: report, run: make report, env: { '<<': text } }
`;
  const { phases, problems } = readPhases(parse(text));
  expect(problems).toEqual([expect.stringContaining('phase `report`, `env` is "<<"; allowed: names of variables')]);
  expect(phases.map(({ name, run, timeoutMs, needs, env }) => [name, run, timeoutMs, needs, env])).toEqual([
    ['prepare', 'make', 300_000, undefined, { A: '1', B: '2' }],
    ['test', 'make', 300_000, ['prepare'], { A: '1', B: '2' }],
    ['load', 'make', 300_000, undefined, { A: '1', B: '3', C: '4' }],
    ['report', 'make report', 3_600_000, undefined, {}],
  ]);
  expect(() => parse('a: { <<: 1 }')).toThrow('cannot merge mappings');
});

test.each([
  ['b', ['a', 'c'], undefined],
  ['cd', ['ab', 'a', 'xyz'], undefined],
  ['run', ['a', 'ci'], undefined],
  ['bb', ['a', 'b'], 'b'],
  ['tets', ['a', 'test'], 'test'],
  ['ad', ['ab'], 'ab'],
])('for %s, of %j, %s is meant', (name, known, meant) => {
  const phases = known.map((one) => ({ name: one, run: 'true' }));
  const advice = meant === undefined ? '.' : `; did you mean \`${meant}\`?`;
  expect(workOf(phases, { only: [name] }).problems).toEqual([`\`only\` names \`${name}\`, which is no phase${advice}`]);
});
