import { describe, expect, test } from '@jest/globals';
import { isYamlGiven, parseInputs } from '../../../../src/core/inputs/inputs.js';
import { roles } from '../../../../src/core/inputs/roles.js';
import { parse } from '../../../../src/core/kernel/yaml.js';

const inputs = { runners: roles('Roles.') };

function read(text: string) {
  const { values, problems } = parseInputs(inputs, { runners: { text } }, parse);
  return problems.length > 0 ? problems : values.runners;
}

const role = (changes: object) => ({ role: 'build', count: 1, labels: [], lifetime: 'job', ...changes });

describe('The input `runners`', () => {
  test('lists roles, in YAML or JSON', () => {
    const expected = [role({ count: 2, labels: ['cpouta', 'cpouta-main'] }), role({ role: 'test', lifetime: 'run' })];
    const yaml = '- {role: build, count: 2, labels: [cpouta, cpouta-main]}\n- role: test\n  lifetime: run\n';
    expect(read(yaml)).toEqual(expected);
    expect(read(JSON.stringify(expected))).toEqual(expected);
    expect(read('- {role: build, labels: one}')).toEqual([role({ labels: ['one'] })]);
  });

  test('shares keys of entries by merge keys', () => {
    const runners = [role({ count: 2 }), role({ role: 'test', count: 2 })];
    expect(read('- &base {role: build, count: 2}\n- {<<: *base, role: test}\n')).toEqual(runners);
  });

  test('takes what expressions in a workflow give: a number as text, and nothing', () => {
    expect(read("- {role: build, count: '2'}")).toEqual([role({ count: 2 })]);
    expect(read('- role: build\n  count:\n  labels:\n  lifetime:\n')).toEqual([role({})]);
  });

  test('needs a parser of YAML only where it is given', () => {
    expect(isYamlGiven(inputs, { runners: { text: ' ' } })).toBe(false);
    expect(isYamlGiven(inputs, { runners: { text: '- {role: a}' } })).toBe(true);
    expect(parseInputs(inputs, {}).values.runners).toBeUndefined();
  });

  test('keeps one label that is given twice: GitHub ignores the case of labels', () => {
    expect(read('- {role: a, labels: [Big, big]}')).toEqual([role({ role: 'a', labels: ['big'] })]);
  });

  test.each([
    ['- {role: a, count: 0}', 'role a (entry 1): count 0', 'a whole number from 1 to 16'],
    ['- {role: a, count: 1.5}', 'role a (entry 1): count 1.5', 'a whole number from 1 to 16'],
    ['- {role: a, count: many}', 'role a (entry 1): count many', 'a whole number from 1 to 16'],
    ['- {role: a, count: 17}', 'role a (entry 1): count 17', 'a whole number from 1 to 16'],
    ['- {role: a, count: 16}\n- {role: b}', '17 runners', 'at most 16 runners on each machine'],
    ['- {count: 2}', 'entry 1: no role', 'as `role`, up to 30 letters'],
    ['- {role: ""}', 'entry 1: role ', 'as `role`, up to 30 letters'],
    ['- {role: "-"}', 'entry 1: role -', 'as `role`, up to 30 letters'],
    ['- {role: a b}', 'entry 1: role a b', 'as `role`, up to 30 letters'],
    ['- {role: 7}', 'entry 1: role 7', 'as `role`, a text: put the number into quotes'],
    ["- {role: a, count: '0'}", 'role a (entry 1): count 0', 'a whole number from 1 to 16'],
    ["- {role: a, count: '2.5'}", 'role a (entry 1): count 2.5', 'a whole number from 1 to 16'],
    ['- {role: a, count: .inf}', 'role a (entry 1): count Infinity', 'a whole number from 1 to 16'],
    ['- {<<: {count: 0}, role: a}', 'role a (entry 1): count 0', 'a whole number from 1 to 16'],
    ['- role: a\n\tcount: 2', '- role: a\n\tcount: 2', 'line 2 is indented with a tab; YAML allows only spaces'],
    ['- {role: a, lable: x}', 'role a (entry 1): key lable', 'did you mean `labels`?'],
    ['- {role: a, lifetime: forever}', 'role a (entry 1): lifetime forever', '`job` or `run`'],
    ['- {role: a, labels: "x, y"}', 'role a (entry 1): label x, y', 'a comma separates labels'],
    ['- {role: a, labels: [x y]}', 'role a (entry 1): label x y', 'letters, digits and `._:=/@+-`'],
    ['- {role: a, labels: [24.04]}', 'role a (entry 1): label 24.04', 'put the number into quotes'],
    ['- {role: a, labels: [null]}', 'role a (entry 1): label null', 'a list of up to 20 texts'],
    [`- {role: a, labels: [${'x,'.repeat(21)}]}`, 'role a (entry 1): 21 labels', 'a list of up to 20 texts'],
    [`- {role: a, labels: [${'x'.repeat(257)}]}`, 'role a (entry 1): label xxx', 'at most 256 characters'],
    ['- build', 'entry 1: build', 'a YAML list with an entry for each role'],
    ['- [a]', 'entry 1: ["a"]', 'a YAML list with an entry for each role'],
    ['role: a', 'role: a', 'a YAML list with an entry for each role'],
    ['[]', '[]', 'a YAML list with an entry for each role'],
    ['- {role: a', '- {role: a', 'it is not YAML: '],
  ])('refuses %j', (text, given, allowed) => {
    const problems = read(text) as string[];
    expect(problems).toEqual([expect.stringContaining(allowed)]);
    expect(problems[0]).toContain(`\`runners\` is ${JSON.stringify(given).slice(0, -1)}`);
  });

  test('reports all problems at once, and roles that are named alike once for each name', () => {
    const alike = Array.from({ length: 7 }, (_, at) => `- {role: ${at % 2 ? 'Build' : 'build'}}`);
    expect(read(alike.join('\n'))).toEqual([
      '`runners` is "role build in 7 entries"; allowed: each role once, with `count` for several runners.',
    ]);
    const problems = read('- {role: a, count: 0}\n- {role: b, labels: ["x,y"], lifetime: x}\n- {role: a}') as string[];
    expect(problems.map((one) => /"(.*?)"/.exec(one)![1])).toEqual([
      'role a (entry 1): count 0',
      'role b (entry 2): lifetime x',
      'role b (entry 2): label x,y',
      'role a in 2 entries',
    ]);
  });
});
