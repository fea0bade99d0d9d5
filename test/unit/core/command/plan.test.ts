import { describe, expect, test } from '@jest/globals';
import { makePlan, type PlanRequest } from '../../../../src/core/command/plan.js';

const CONFIG = [
  'ci_presets:',
  '  names: null',
  '  keep: {create.keep: true}',
  '  gpu: {machine.type: g4dn.xlarge, machine.tags.Team: ml}',
  'create: {keep: false}',
  'machine: {type: m6i.xlarge, count: null, tags: {Project: x, Team: null}, region: "@home", home: 1}',
  'home: eu-west-1',
  'exec_list: {_only_: false, prepare_ci: null, test_ci: null, always: true}',
].join('\n');
const SHA = '1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d';

const usual: PlanRequest = {
  sha: SHA,
  testName: 'light',
  testNames: ['light', 'plot'],
  config: { path: 'config.yaml', text: CONFIG },
  language: 'both',
  presets: [],
  overrides: [],
  environments: [],
  otherArguments: 'refuse',
  phases: [],
  machine: { 'ec2-instance-type': 'machine.type', count: 'machine.count', 'aws-region': 'machine.region' },
};

function plan(comment: string | undefined, changes: Partial<PlanRequest> = {}) {
  const text = comment === undefined ? {} : { comment: { text: comment, source: 'the comment' } };
  const planning = makePlan({ ...usual, ...text, ...changes });
  return planning.kind === 'plan' ? planning.plan : planning;
}

function problemsOf(comment: string, changes: Partial<PlanRequest> = {}): readonly string[] {
  const planning = plan(comment, changes);
  return 'problems' in planning ? planning.problems : [];
}

describe('A plan', () => {
  test('warns where text of the file becomes a number, and passes the number on as written', () => {
    const config = { path: 'config.yaml', text: 'version: 4.9.1\nrate: 0.10\nmachine: {type: 1.0}\n' };
    const machine = { 'ec2-instance-type': 'machine.type' };
    expect(plan('/test light\n/var version: 4.10\n/var rate: 0.20', { config, machine })).toMatchObject({
      warnings: [
        'the comment, line 2: `version` becomes the number 4.1, and is text in the file; write `"4.10"` for text.',
      ],
      machine: { 'ec2-instance-type': '1.0' },
    });
  });

  test('warns which of `/only` and `/skip` counts, and does not run nothing', () => {
    const description = { text: '/only test_ci, always', source: 'the description' };
    expect(plan('/test light\n/skip test_ci', { description })).toMatchObject({
      warnings: ['the comment, line 2: `/skip test_ci` counts more than `/only test_ci` (the description, line 1).'],
      phases: [{ runs: false }, { runs: false }, { name: 'always', runs: true }],
    });
    expect(problemsOf('/test light\n/skip test_ci always', { description })).toEqual([
      'No phase is left to run: `prepare_ci` (not in /only (the description, line 1)), `test_ci` (/skip (the comment, line 2)), `always` (/skip (the comment, line 2)).',
    ]);
  });

  test('has the configuration, the machine, the phases, and where each change comes from', () => {
    expect(plan('/test light gpu keep\n/var create.keep: false\n/skip prepare_ci')).toMatchObject({
      mode: 'test',
      sha: SHA,
      args: ['gpu', 'keep'],
      presets: ['gpu', 'keep'],
      config: { create: { keep: false }, machine: { type: 'g4dn.xlarge' }, PR_POSITIONAL_ARGS: 'gpu keep' },
      machine: { 'ec2-instance-type': 'g4dn.xlarge', 'aws-region': 'eu-west-1' },
      phases: [
        { name: 'prepare_ci', runs: false, why: '/skip (the comment, line 3)' },
        { name: 'test_ci', runs: true },
        { name: 'always', runs: true },
      ],
      changes: expect.arrayContaining([
        { key: 'machine.type', before: 'm6i.xlarge', value: 'g4dn.xlarge', from: 'preset `gpu`, config.yaml, line 4' },
        { key: 'create.keep', before: false, value: false, from: 'the comment, line 2' },
      ]),
      warnings: [],
    });
  });

  test('gives a machine’s tags as lines, and leaves out a key without a value', () => {
    const machine = { 'aws-resource-tags': 'machine.tags', count: 'machine.count' };
    expect(plan('/test light gpu\n/var machine.tags: {A: 1, B: x}', { machine })).toMatchObject({
      machine: { 'aws-resource-tags': 'A=1\nB=x' },
    });
  });

  test('of `/only` runs the named phases, and those that the file always wants', () => {
    expect(plan('/test light\n/only test_ci')).toHaveProperty('phases', [
      { name: 'prepare_ci', runs: false, why: 'not in /only (the comment, line 2)' },
      { name: 'test_ci', runs: true },
      { name: 'always', runs: true },
    ]);
  });

  test('has phases without a configuration, too', () => {
    const none = { config: undefined, machine: {}, phases: ['build', 'test'] } as unknown as Partial<PlanRequest>;
    const { config: _, ...rest } = { ...usual, ...none };
    const comment = { text: '/test light\n/skip build', source: 'the comment' };
    expect(makePlan({ ...rest, comment })).toMatchObject({
      plan: {
        phases: [
          { name: 'build', runs: false },
          { name: 'test', runs: true },
        ],
        presetsApplied: [],
      },
    });
  });

  test('of inputs alone needs no comment', () => {
    const presets = [{ name: 'keep', source: 'the input `presets`' }];
    expect(plan(undefined, { presets })).toMatchObject({ mode: 'test', args: [], config: { create: { keep: true } } });
  });

  test('sorts environments, a commit and presets', () => {
    const environments = ['unit', 'arm64', 'cuda'];
    expect(plan('/test light CUDA,unit keep 1A2B3C4', { environments })).toMatchObject({
      environments: ['unit', 'cuda'],
      presets: ['keep'],
      commit: '1a2b3c4',
    });
    expect(plan('/test light all', { environments })).toMatchObject({ environments });
    expect(plan('/test light', { environments })).toMatchObject({ environments: [] });
  });

  test('merges a payload into its template, key by key', () => {
    const template = { target_system: { git_repository: 'r', version: 'latest' }, datasets: ['a'] };
    const payload = { target_system: { version: 'v1' }, datasets: ['b'] };
    expect(plan('/test light', { template, payload })).toMatchObject({
      composeOverride: { target_system: { git_repository: 'r', version: 'v1' }, datasets: ['b'] },
    });
    expect(plan('/test light', { template })).toMatchObject({ composeOverride: template });
  });

  test.each([
    ['/test light quik', {}, 'the comment, line 1: `quik` is not a preset; there are: `keep`, `gpu`.'],
    ['/test light kepe', {}, 'the comment, line 1: `kepe` is not a preset; did you mean `keep`?'],
    [
      '/test light plot',
      {},
      'the comment, line 1: `plot` is the name of a test; a command runs one test, whose name comes first.',
    ],
    ['/test light kud', { environments: ['cuda'] }, 'is neither an environment nor a preset'],
    ['/test light 1a2b3c4 1a2b3c5', {}, 'The command names two commits, `1a2b3c4` and `1a2b3c5`; allowed: one.'],
    [
      '/test light\n/skip prepaer_ci',
      {},
      'the comment, line 2: `prepaer_ci` is not a phase; did you mean `prepare_ci`?',
    ],
    [
      '/test light\n/skip keep',
      {},
      'the comment, line 2: `keep` is not a phase; there are: `prepare_ci`, `test_ci`, `always`.',
    ],
    [
      '/test light\n/var create.kepe: 1',
      {},
      'the comment, line 2: `create.kepe` does not exist; did you mean `create.keep`?',
    ],
    [
      '/test light',
      { machine: { count: 'machine.cuont' } },
      '`count` is to be taken from `machine.cuont`: `machine.cuont` does not exist; did you mean `machine.count`?',
    ],
    [
      '/test light',
      { machine: { count: 'ci_presets' } },
      '`count` is to be taken from `ci_presets`, which has maps in maps;',
    ],
    ['/test light', { config: { path: 'config.yaml', text: 'a: [' } }, 'config.yaml, line 1: it is not YAML'],
  ])('%j is refused', (comment, changes, problem) => {
    expect(problemsOf(comment, changes as Partial<PlanRequest>)).toEqual([expect.stringContaining(problem)]);
  });

  test('without a configuration needs an environment', () => {
    const { config: _, ...rest } = { ...usual, machine: {}, environments: ['unit'] };
    const comment = { text: '/test light', source: 'the comment' };
    expect(makePlan({ ...rest, comment })).toEqual({
      kind: 'refused',
      problems: ['The command names no environment; allowed: `all`, `unit`.'],
    });
  });

  test('may keep arguments that are nothing known, for the phases', () => {
    expect(plan('/test light https://example.org/run/7 keep', { otherArguments: 'keep' })).toMatchObject({
      args: ['https://example.org/run/7', 'keep'],
      presets: ['keep'],
    });
  });

  test('has all problems at once', () => {
    expect(problemsOf('/test light quik\n/skip nothing\n/var create.kepe: 1')).toHaveLength(3);
  });

  test('of another test is none', () => {
    expect(plan('/test plot')).toEqual({ kind: 'none' });
  });
});
