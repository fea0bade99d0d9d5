import { describe, expect, test } from '@jest/globals';
import { listEntryPoints } from '../../../../src/core/phases/entry-points.js';
import { readPhases } from '../../../../src/core/phases/read-phases.js';

const namesOf = (text: string): unknown[] => listEntryPoints('test.py', text).map(({ name }) => name);
const PARAMETERS = 'results_dirname';

/** As the programs of the seed are written: an object of Python Fire, whose attributes are functions. */
const withObject = (attributes: Readonly<Record<string, string>>): string => `
def prepare_ci():
    pass
def test_ci():
    pass
def cleanup_cluster(mute=False):
    pass
def generate_plots(${PARAMETERS}):
    pass
def plots_of_comment():
    pass
class Entrypoint:
    def __init__(self):
${Object.entries(attributes)
  .map(([name, target]) => `        self.${name} = ${target}`)
  .join('\n')}
fire.Fire(Entrypoint())
`;

describe('The entry points of a program are', () => {
  test('the attributes of its object, whatever the functions are called', () => {
    const text = withObject({
      pre_cleanup_ci: 'cleanup_cluster',
      post_cleanup_ci: 'cleanup_cluster',
      cleanup_cluster_ci: 'cleanup_cluster',
      prepare_ci: 'prepare_ci',
      test_ci: 'test_ci',
      generate_plots_from_pr_args: 'plots_of_comment',
      unknown: 'test_ci',
    });
    const { phases, problems } = readPhases(listEntryPoints('testing/test.py', text));
    expect(problems).toEqual([]);
    expect(
      phases.map(({ name, always, optional, acceptFailures }) => [name, always, optional, acceptFailures]),
    ).toEqual([
      ['pre_cleanup_ci', false, false, true],
      ['prepare_ci', false, false, true],
      ['test_ci', false, false, true],
      ['generate_plots_from_pr_args', true, true, true],
      ['post_cleanup_ci', true, false, true],
    ]);
  });

  test('only these: a function that the object does not offer cannot be called', () => {
    const attributes = withObject({ test_ci: 'jump("test_ci")', prepare_ci: 'jump  # why' });
    expect(namesOf(`def jump(command):\n    pass\n${attributes}`)).toEqual(['test_ci']);
    const method =
      'class A:\n    def __init__(self):\n        self.test_ci = x\n    def prepare_ci(self):\n        pass\n';
    expect(namesOf(method)).toEqual(['prepare_ci', 'test_ci']);
  });

  test('the cleanup by its older name, if there is no other', () => {
    const old = withObject({ test_ci: 'test_ci', cleanup_cluster_ci: 'cleanup_cluster' });
    expect(readPhases(listEntryPoints('a.py', old)).phases.at(-1)).toMatchObject({
      name: 'cleanup_cluster_ci',
      always: true,
    });
  });

  test('the commands of click, by the names that it gives them', () => {
    const command = (name: string): string =>
      `@main.command()\n@click.pass_context\ndef ${name}(ctx) -> int:\n    pass\n`;
    const text = ['post_cleanup', 'test', 'prepare', 'pre_cleanup', 'other'].map(command).join('\n');
    expect(namesOf(text)).toEqual(['pre-cleanup', 'prepare', 'test', 'post-cleanup']);
    expect(namesOf('def test(ctx):\n    pass\n')).toEqual([]);
  });

  test.each([
    ['', true],
    ['self', true],
    ['mute=False', true],
    ['*args, **kwargs', true],
    ['\n    a: Dict[str, List[int]] = None,  # why\n    b=1,\n', true],
    ['a=(1, 2)', true],
    ['*, a=1', true],
    ['a', false],
    ['a: str', false],
    ['a: Dict[str, int], b=1', false],
    ['*, a', false],
  ])('those that can be called without arguments: (%s)', (parameters, isPhase) => {
    expect(namesOf(`def test_ci(${parameters}):\n    pass\n`)).toEqual(isPhase ? ['test_ci'] : []);
  });
});

describe('An entry point is called', () => {
  const runOf = (text: string): unknown => listEntryPoints('a.py', `${text}\ndef test_ci(): pass\n`)[0]!['run'];

  test('with the working directory among the folders for modules, and without a delay of its output', () => {
    expect(runOf('')).toContain(
      'export PYTHONPATH="${PYTHONPATH:+$PYTHONPATH:}$PWD" PYTHONUNBUFFERED="${PYTHONUNBUFFERED:-1}"',
    );
  });

  test.each([
    ['#!/usr/bin/env python', true],
    ['#! /usr/bin/env python', true],
    ['#!/usr/bin/env python3', false],
    ['#!/opt/venv/bin/python', false],
    ['', false],
  ])('by %s, or by python3 where that cannot be', (first, needsPython) => {
    expect(runOf(first)).toMatch(/else exec python3 '\.\/a\.py' test_ci; fi$/);
    expect(String(runOf(first)).includes('command -v python >')).toBe(needsPython);
  });
});
