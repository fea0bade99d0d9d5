import { describe, expect, test } from '@jest/globals';
import { readArguments } from '../../../ami/cli/arguments.js';
import { commands } from '../../../ami/cli/commands.js';
import { Failure } from '../../../src/core/kernel/failure.js';

type Name = 'publish' | 'copy' | 'prune' | 'list' | 'rollback';

const read = (name: Name, args: string): unknown =>
  readArguments(name, commands[name]!.options, args === '' ? [] : args.split(' '));

/** All that is wrong, as it is told. */
function problemsOf(name: Name, args: string): readonly string[] {
  try {
    read(name, args);
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    expect(failure.code).toBe('bad-input');
    expect(failure.hint).toBe(`Nothing was done. See \`npm run ami -- ${name} --help\`.`);
    const details = failure.about.details ?? [];
    return details.length > 0 ? details : [failure.message];
  }
  return [];
}

describe('The arguments of a command', () => {
  test('are read, with defaults for what is left out', () => {
    expect(read('prune', '')).toEqual({
      '--preset': 'all',
      '--regions': undefined,
      '--keep': 3,
      '--dry-run': false,
    });
    expect(read('prune', '--preset cuda --regions eu-west-1,us-east-1 --keep=5 --dry-run')).toEqual({
      '--preset': 'cuda',
      '--regions': ['eu-west-1', 'us-east-1'],
      '--keep': 5,
      '--dry-run': true,
    });
  });

  test.each(['--help', '-h', '--keep none --help'])('may ask for help: %s', (args) => {
    expect(read('prune', args)).toBe('help');
  });

  test.each<[Name, string, readonly string[]]>([
    [
      'publish',
      '',
      ['`--preset` is missing; it takes: `amd64`, `arm64`, `cuda`.', '`--image` is missing; it takes: text.'],
    ],
    ['list', '--preset amd46', ['`--preset` is "amd46"; allowed: `amd64`, `arm64`, `cuda`, `all` (nearest: `amd64`).']],
    ['rollback', '--preset windows', ['`--preset` is "windows"; allowed: `amd64`, `arm64`, `cuda`.']],
    ['rollback', '--preset all', ['`--preset` is "all"; allowed: `amd64`, `arm64`, `cuda`.']],
    [
      'list',
      '--presset cuda',
      ['`--presset` is not an option; did you mean `--preset`? There are: --preset, --regions, --json.'],
    ],
    ['list', '-x', ['`-x` is not an option. There are: --preset, --regions, --json.']],
    ['list', 'all', ['`all` stands alone; allowed: options, like --preset.']],
    ['list', '--preset', ['`--preset` has no value; it takes: `amd64`, `arm64`, `cuda`, `all`.']],
    ['list', '--preset --json', ['`--preset` has no value; it takes: `amd64`, `arm64`, `cuda`, `all`.']],
    ['list', '--json=perhaps', ['`--json` is "perhaps"; allowed: `true` or `false`.']],
    ['prune', '--keep 2 --keep 3', ['`--keep` is given twice.']],
    [
      'list',
      '--regions eu-west-1,,us-east-1',
      [
        '`--regions` is "eu-west-1,,us-east-1"; allowed: regions like eu-west-1, separated by commas, without empty entries.',
      ],
    ],
    ['list', '--regions nowhere', ['`--regions` is "nowhere"; allowed: regions like eu-west-1, separated by commas.']],
    [
      'prune',
      '--keep 0',
      ['`--keep` is "0"; allowed: a whole number from 1 to 1000: the last image of a preset is never removed.'],
    ],
  ])('that cannot be used are all told: %s %s', (name, args, problems) => {
    expect(problemsOf(name, args)).toEqual(problems);
  });
});
