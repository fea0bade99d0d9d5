import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { readKind } from '../../../scripts/print/kinds.js';
import { fillTemplate } from '../../../scripts/print/template.js';
import { inputsOfAll, inputsOfOne, readInterface, type Shared } from '../../../scripts/print/workflow-inputs.js';
import { readWorkflowSources } from '../../../scripts/print/workflow-sources.js';
import { fillWorkflowTables } from '../../../scripts/print/workflow-tables.js';
import { renderWorkflows } from '../../../scripts/print/workflows.js';

const find = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const read = (path: string): string => readFileSync(find(path), 'utf8');
const sources = readWorkflowSources({ read, list: (folder) => readdirSync(find(folder)) });
const tox = sources.kinds.tox.contract;
const printed = renderWorkflows(sources);
const nothing = { inputs: {}, secrets: {}, outputs: {} };

interface Called {
  on: Record<'workflow_call' | 'workflow_dispatch', { inputs: Record<string, { default?: unknown }> }>;
  jobs: Record<
    string,
    {
      uses?: string;
      if?: string;
      needs?: string | string[];
      with?: Record<string, unknown>;
      secrets?: Record<string, string>;
    }
  >;
}
const workflow = (file: string): Called => parse(printed[`.github/workflows/${file}.yml`]!) as Called;

describe('A template', () => {
  test.each([
    ['a scalar on its line', 'a: #print x', { x: 'one two' }, 'a: one two'],
    ['keys below it, indented', '  a: #print x', { x: 'b: 1\nc: 2' }, '  a:\n    b: 1\n    c: 2'],
    ['entries of a list', 'a:\n  #print x', { x: '- b\n- c' }, 'a:\n  - b\n  - c'],
    ['the keys of an entry', '- a: #print x', { x: 'b: 1' }, '- a:\n    b: 1'],
    ['a filling with a place of its own', 'a: #print x', { x: 'b: #print y', y: 'z' }, 'a:\n  b: z'],
  ])('is filled with %s', (_, template, fillings, filled) => {
    expect(fillTemplate(template, fillings)).toBe(filled);
  });

  test('keeps comments, even if they look like a place to fill', () => {
    const text = '# about #print\na: 1 # why\n';
    expect(fillTemplate(text, {})).toBe(text);
  });

  test('has no line for an empty filling', () => {
    expect(fillTemplate('a: 1\n  #print x\nb: 2', { x: '' })).toBe('a: 1\nb: 2');
  });

  test('is refused when a filling is missing', () => {
    expect(() => fillTemplate('a: #print x', {})).toThrow('needs the filling `x`');
  });
});

describe('Inputs', () => {
  test('of workflow_dispatch are refused when they are more than GitHub allows', () => {
    const many = Object.fromEntries(Array.from({ length: 26 }, (_, index) => [`i${index}`, { description: 'One.' }]));
    expect(readInterface({ inputs: many, outputs: {} }, nothing).problems).toEqual([
      'GitHub allows 25 inputs, not 26.',
    ]);
  });

  test('of workflow_dispatch are at most 25 in every printed workflow', () => {
    for (const text of Object.values(printed)) {
      expect(Object.keys((parse(text) as Called).on.workflow_dispatch.inputs).length).toBeLessThanOrEqual(25);
    }
  });

  test('are those of one environment or of all environments', () => {
    const names = (list: readonly { name: string }[]): string[] => list.map(({ name }) => name);
    expect(names(inputsOfOne(tox))).not.toContain('environments');
    expect(names(inputsOfAll(tox))).toContain('environments');
    expect(names(inputsOfAll(tox))).not.toContain('preset');
  });
});

describe('docs/workflows.md', () => {
  const document = read('docs/workflows.md');

  test.each(Object.values(sources.kinds))('has every input and output of $name-on-ec2.yml', ({ contract }) => {
    const described = [...contract.inputs, ...contract.outputs].map(({ name, description }) => ({ name, description }));
    const rows = new Set(document.split('\n').map((line) => line.replaceAll(/ +/g, ' ').trim()));
    const isDescribed = ({ name, description }: { name: string; description: string }): boolean =>
      [...rows].some((row) => row.startsWith(`| \`${name}\` |`) && row.endsWith(`| ${description} |`));
    expect(described.filter((one) => !isDescribed(one))).toEqual([]);
  });

  test.each(Object.keys(sources.kinds))('is refused without the tables of %s', (name) => {
    const without = document.replace(`<!-- ${name}-inputs: printed`, '<!-- printed');
    expect(() => fillWorkflowTables(without, sources)).toThrow(`lacks the markers <!-- ${name}-inputs`);
  });
});

describe('The printed workflows', () => {
  test('are one per environment, under its file name, one per kind of work, and one of all environments', () => {
    const here = Object.keys(printed).filter((path) => path.startsWith('.github/workflows/'));
    const files = sources.environments.map(({ file }) => file);
    const kinds = Object.keys(sources.kinds).map((name) => `${name}-on-ec2`);
    const expected = ['all_environments', ...kinds, ...files].map((name) => `.github/workflows/${name}.yml`);
    expect(here.toSorted()).toEqual(expected.toSorted());
    expect(kinds).toContain('tox-on-ec2');
  });

  test.each(sources.environments.map((one) => [one.file, one] as const))("%s has its line's defaults", (file, one) => {
    const { inputs } = workflow(file).on.workflow_call;
    expect([inputs['tox-env'], inputs['preset'], inputs['timeout-minutes']].map((input) => input?.default)).toEqual([
      one.tox,
      one.preset,
      one.minutes,
    ]);
    const byCallOnly = tox.inputs.filter(({ only }) => only.includes('call')).map(({ name }) => name);
    const byHand = Object.entries(inputs).filter(([name]) => !byCallOnly.includes(name));
    expect(workflow(file).on.workflow_dispatch.inputs).toEqual(Object.fromEntries(byHand));
  });

  test('pass the secret of an environment to that environment only, and require it', () => {
    const { jobs } = workflow('all_environments');
    const demanding = Object.entries(jobs).filter(([, job]) => job.with?.['required-secrets'] !== undefined);
    expect(demanding.map(([name]) => name)).toEqual(['s2search']);
    expect(demanding[0]?.[1].secrets?.['TEST_ENV']).toBe(
      '[${{ secrets.TEST_ENV || \'{}\' }}, { "S2SEARCH_URL": ${{ toJSON(secrets.S2SEARCH_URL) }} }]',
    );
    expect(jobs['unit']?.secrets?.['TEST_ENV']).toBe('${{ secrets.TEST_ENV }}');
  });

  test('get another environment by one line in the table', () => {
    const more = {
      name: 'big',
      file: 'big_CI',
      title: 'Big',
      tox: 'py3-big',
      preset: 'amd64',
      minutes: 5,
      secrets: [],
    };
    const files = renderWorkflows({ ...sources, environments: [...sources.environments, more] });
    const all = parse(files['.github/workflows/all_environments.yml']!) as Called;
    expect(files['.github/workflows/big_CI.yml']).toContain('default: py3-big');
    expect(all.jobs['big']?.if).toBe("contains(fromJSON(needs.choose.outputs.environments), 'big')");
    expect(all.jobs['summary']?.needs).toContain('big');
  });

  test('get another kind of work by one file', () => {
    const { kinds } = sources;
    const text = read('workflows/kinds/tox.yml').replaceAll('tox', 'chess');
    const shared = parse(read('workflows/inputs.yml')) as Shared;
    const files = renderWorkflows({ ...sources, kinds: { ...kinds, chess: readKind('chess', text, shared) } });
    const { jobs } = parse(files['.github/workflows/chess-on-ec2.yml']!) as Called;
    expect(Object.keys(jobs)).toEqual(['start', 'test', 'restart', 'retest', 'stop']);
    expect(files['.github/workflows/chess-on-ec2.yml']).toContain(
      'interrupted: ${{ steps.chess.outputs.interrupted }}',
    );
    expect(files['workflows/starter/other-owner/chess-on-ec2.yml']).toContain(
      `uses: ${sources.repository}/run-chess@v1 `,
    );
    expect(files['.github/workflows/tox-on-ec2.yml']).toBe(printed['.github/workflows/tox-on-ec2.yml']);
  });

  test('name the released actions in the copies for other owners, who do not have the actions', () => {
    const copy = printed['workflows/starter/other-owner/tox-on-ec2.yml']!;
    expect(copy).not.toContain('$/');
    expect(copy).toContain(`uses: ${sources.repository}/start-runner@v1 `);
    expect(printed['.github/workflows/tox-on-ec2.yml']).not.toContain(sources.repository);
  });

  test('put no input and no other text from users into a script', () => {
    for (const text of Object.values(printed)) {
      const { jobs } = parse(text) as { jobs: Record<string, { steps?: { run?: string }[] }> };
      const scripts = Object.values(jobs).flatMap(({ steps = [] }) => steps.flatMap(({ run }) => run ?? []));
      expect(scripts.filter((script) => script.includes('${{'))).toEqual([]);
    }
  });
});
