import { describe, expect, test } from '@jest/globals';
import { checkPresets } from '../../../../src/core/config/check-presets.js';

const check = (text: string) => checkPresets(text, 'both');

describe('The check of a file', () => {
  test('finds every problem at once, whether a preset is used or not', () => {
    const text = [
      'ci_presets:',
      '  to_apply: [nowhere]',
      '  light: {extends: [ligth_cluster, cheap], a: 1}',
      '  light_cluster: {a: 2}',
      '  cheap: {extends: cheap2, b.c: 1}',
      '  one: {extends: [two]}',
      '  two: {extends: [three]}',
      '  three: {extends: [one]}',
      '  leads: {extends: [one]}',
      '  empty:',
      '  text: x',
      '  twice: {a: yes}',
      'a: 0',
      'b: {d: 1}',
    ].join('\n');
    expect(check(text)).toEqual({
      presets: 10,
      notices: [{ line: 10, text: 'preset `empty` has no keys, so it cannot be applied.' }],
      problems: [
        {
          line: 2,
          text: expect.stringMatching(/^`to_apply` names `nowhere`, which is not a preset; there are: `light`, /),
        },
        {
          line: 3,
          text: 'preset `light` extends `ligth_cluster`, which is not a preset; did you mean `light_cluster`?',
        },
        { line: 5, text: 'preset `cheap` extends `cheap2`, which is not a preset; did you mean `cheap`?' },
        { line: 5, text: 'preset `cheap`: `b.c` does not exist; there is: `b.d`.' },
        { line: 6, text: 'The presets extend each other in a circle: one → two → three → one.' },
        { line: 11, text: 'preset `text` is not a map of keys.' },
        { line: 12, text: expect.stringContaining('`yes` is `true` in YAML 1.1') },
      ],
    });
  });

  test('takes keys that another preset creates: without a word if the preset extends it, else with a notice', () => {
    const text =
      'ci_presets:\n  make: {m: {r: {s: 1}}}\n  uses: {extends: make, m.r.s: 2}\n  alone: {m.r.s: 3}\nm: null\n';
    expect(check(text)).toEqual({
      presets: 3,
      problems: [],
      notices: [
        {
          line: 4,
          text: 'preset `alone` sets `m.r.s`, which exists only after `make`: extend that, or name it before this one.',
        },
      ],
    });
  });

  test('takes a preset without keys for a place of the user’s own, unless another extends it', () => {
    const text = 'ci_presets:\n  local: null # defined locally\n  uses: {extends: [local], a: 1}\na: 0\n';
    expect(check(text)).toEqual({
      presets: 2,
      problems: [{ line: 3, text: 'preset `uses` extends `local`, which has no keys.' }],
      notices: [{ line: 2, text: 'preset `local` has no keys, so it cannot be applied.' }],
    });
  });

  test('finds a key that a preset would have to create before it can set it', () => {
    const text = 'ci_presets:\n  a: {"ci_presets.b[\'x\\"y.z\']": [1], t.u: 1}\n  b: {c: 1}\nc: 0\nt: {}\n';
    expect(check(text)).toEqual({
      presets: 2,
      notices: [],
      problems: [
        { line: 2, text: "preset `a`: `ci_presets.b['x\"y.z']` does not exist; there is: `ci_presets.b.c`." },
        { line: 2, text: 'preset `a`: `t.u` does not exist: `t` has no keys.' },
      ],
    });
  });

  test('leaves the file as it is between presets', () => {
    const text = 'ci_presets:\n  a: {m: {x: 1}}\n  b: {m.y: 1}\n  c: {extends: [a, b]}\nm: {y: 0}\n';
    expect(check(text).problems).toEqual([]);
  });

  test('notices references that lead nowhere', () => {
    const text = "ci_presets: {a: {m: {x: 1}}}\nm: null\nok: '@m.x'\nbad: 'to {@m.y} and @no'\n";
    expect(check(text)).toMatchObject({
      problems: [],
      notices: [{ line: 4, text: expect.stringMatching(/^`bad` refers to `m.y`:/) }],
    });
  });

  test('reports doubts as notices where the language is chosen', () => {
    expect(checkPresets('ci_presets: {a: {b: yes}}\nb: 1\n', '1.1')).toMatchObject({
      problems: [],
      notices: [{ line: 1, text: expect.stringContaining('`yes`') }],
    });
  });

  test('refuses a file without presets', () => {
    expect(check('a: 1').problems).toEqual([{ line: 1, text: expect.stringContaining('no `ci_presets:`') }]);
    expect(check('a: [').problems).toHaveLength(1);
  });

  test('names the first preset of a chain that is too deep, and of exponential ones', () => {
    const deep = Array.from({ length: 3000 }, (_, at) => `  p${at + 1}: {extends: p${at}}`);
    expect(check(`ci_presets:\n  p0: {x: 1}\n${deep.join('\n')}\nx: 0\n`).problems).toEqual([
      { line: 102, text: expect.stringContaining('more than 100 deep, beginning at `p100`') },
    ]);
    const wide = Array.from({ length: 40 }, (_, at) => `  p${at + 1}: {extends: [p${at}, p${at}]}`);
    expect(check(`ci_presets:\n  p0: {x: 1}\n${wide.join('\n')}\nx: 0\n`).problems).toEqual([
      { line: 17, text: expect.stringContaining('`p15` sets more than 100000 values') },
    ]);
  });

  test('says where it ended when the presets set too many values', () => {
    const rows = Array.from(
      { length: 15 },
      (_, at) => `  p${at}: {extends: [${at === 0 ? '' : `p${at - 1}, p${at - 1}`}], x: 1}`,
    );
    const many = Array.from({ length: 12 }, (_, at) => `  q${at}: {extends: [p14]}`);
    const { problems, notices } = check(`ci_presets:\n${[...rows, ...many].join('\n')}\nx: 0\n`);
    expect(problems).toEqual([]);
    expect(notices).toEqual([
      { line: expect.any(Number), text: expect.stringMatching(/^from preset `q\d` on, keys were not checked/) },
    ]);
  });
});
