import { describe, expect, test } from '@jest/globals';
import { listEntryPoints, listMissedEntryPoints } from '../../../../src/core/phases/entry-points.js';
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
    expect(listEntryPoints('a.py', text).map(({ always }) => always)).toEqual([undefined, undefined, undefined, true]);
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

describe('A command of click is found', () => {
  test.each([
    ['@main.command("post-cleanup")\ndef clean(ctx):', 'post-cleanup'],
    ["@main.command(name='post-cleanup')\ndef clean(ctx):", 'post-cleanup'],
    ['@main.command(cls=Own, name="post_cleanup")\ndef clean(ctx):', 'post_cleanup'],
    ['@main.command(help="a (b, c", short_help="d")\ndef post_cleanup(ctx):', 'post-cleanup'],
    ['@main.command(None)\ndef post_cleanup():', 'post-cleanup'],
    ['@main.command()  # note\n# note\n\ndef post_cleanup(ctx):', 'post-cleanup'],
    ['@main.command\ndef post_cleanup(ctx):', 'post-cleanup'],
    ['@main.command()\n@click.option(\n  "--a",\n  default=None,\n)\nasync def post_cleanup(ctx, a):', 'post-cleanup'],
    ['@main.command(\n  "post-cleanup",\n  help="""\ndef x():\n""",\n)\ndef clean(ctx):', 'post-cleanup'],
    ['@main.command()\r\n@click.pass_context\r\ndef post_cleanup(ctx):', 'post-cleanup'],
    ['@main.\\\r\ncommand()\r\ndef post_cleanup():', 'post-cleanup'],
    ['@command()\ndef post_cleanup():', 'post-cleanup'],
    ['@programs.main.command()\ndef post_cleanup():', 'post-cleanup'],
    ['if True:\n    @main.command()\n    def post_cleanup():', 'post-cleanup'],
    ['@main.command()\ndef post_cleanup_ci(ctx):', 'post-cleanup-ci'],
    ['@click.command()\ndef clean(ctx):\n  pass\nmain.add_command(clean, "post-cleanup")\nif a:', 'post-cleanup'],
    [
      '@main.command()\n@click.argument("a", required=False)\n@click.argument("b", nargs=-1)\ndef post_cleanup(a, b):',
      'post-cleanup',
    ],
    ['@main.command()\n@click.option("--a", required=True, default=1)\ndef post_cleanup(a):', 'post-cleanup'],
  ])('in %j', (text, name) => {
    const program = `${text}\n    pass\n`;
    expect(listMissedEntryPoints(program)).toEqual([]);
    expect(readPhases(listEntryPoints('a.py', program)).phases).toMatchObject([{ name, always: true }]);
  });

  test('and nothing that a string or a comment has', () => {
    const text =
      'a = """\n@main.command()\ndef test():\n"""\n# @main.command("prepare")\n@main.command("other")\ndef run():\n';
    expect([namesOf(text), listMissedEntryPoints(text)]).toEqual([[], []]);
  });

  test('also after a bracket that nothing closes', () => {
    expect(namesOf('a = (1,\n@main.command()\ndef test():\n    b = [\n@main.command()\ndef prepare():\n')).toEqual([
      'prepare',
      'test',
    ]);
  });
});

describe('An entry point that cannot be a phase is reported', () => {
  const object = (line: string): string =>
    `def jump(command): pass\nclass A:\n    def __init__(self):\n        ${line}\n`;

  test.each([
    ['def post_cleanup_ci(mode): pass', 'its `post_cleanup_ci` needs the argument `mode`, and a phase gives none'],
    [
      'def prepare_ci(a: str, b=(1, 2), *, c): pass',
      'its `prepare_ci` needs the arguments `a`, `c`, and a phase gives none',
    ],
    [
      'def cleanup_cluster_ci(mode): pass',
      'its `cleanup_cluster_ci` needs the argument `mode`, and a phase gives none',
    ],
    [
      'def cleanup_cluster_ci(): pass\ndef post_cleanup_ci(mode): pass',
      'its `post_cleanup_ci` needs the argument `mode`, and a phase gives none',
    ],
    [object('self.test_ci = jump'), 'its `test_ci` needs the argument `command`, and a phase gives none'],
    [
      `${object('self.test_ci = x')}def post_cleanup_ci(): pass`,
      'its `post_cleanup_ci` is a function that the object of the program does not offer',
    ],
    [
      'def test_ci(): pass\nfire.Fire({\n  "test_ci": test_ci,\n  "post_cleanup_ci": clean,\n})',
      'its `post_cleanup_ci` is assigned in a form that cannot be read',
    ],
    [
      'class A:\n    test_ci = test\n    def prepare_ci(self): pass',
      'its `test_ci` is assigned in a form that cannot be read',
    ],
    ['def test_ci(): pass\ndef post_cleanup(): pass', 'its `post_cleanup` is no command that can be read'],
    ['@main.command()\ndef a(): pass\n@own("x")\ndef test(): pass', 'its `test` is no command that can be read'],
    ['@main.command(NAME)\ndef post_cleanup(): pass', 'its `post-cleanup` has a name as a command that cannot be read'],
    ['@main.command()\ndef post_cleanup_cmd(): pass', 'its `post-cleanup` has a name as a command that cannot be read'],
    [
      '@main.command()\n@click.argument("mode")\ndef post_cleanup(mode): pass',
      'its `post-cleanup` needs the argument `mode`, and a phase gives none',
    ],
    [
      '@main.command()\n@click.option("--mode", required=True)\ndef prepare(mode): pass',
      'its `prepare` needs the argument `--mode`, and a phase gives none',
    ],
  ])('in %j', (text, sentence) => {
    expect(listMissedEntryPoints(`${text}\n`)).toEqual([sentence]);
  });

  test.each([
    ['def generate_plots(results_dirname): pass\ndef export_artifacts(a): pass'],
    ['def test(ctx): pass\ndef prepare(a): pass'],
    ['@main.command("prepare")\ndef p(): prepare(1)\ndef prepare(a): pass\ndef test(): pass'],
    ['@main.command("post-cleanup")\ndef p(): pass\ndef post_cleanup_ci(mode): pass'],
    ['def post_cleanup_ci(): pass\ndef cleanup_cluster_ci(mode): pass'],
    [`${object('self.cleanup_cluster_ci = post_cleanup')}def post_cleanup(): pass`],
  ])('and nothing in %j', (text) => {
    expect(listMissedEntryPoints(`${text}\n`)).toEqual([]);
  });
});
