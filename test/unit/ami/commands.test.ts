import { describe, expect, test } from '@jest/globals';
import { commands, program } from '../../../ami/cli/commands.js';
import { fillCommands } from '../../../scripts/print/ami-commands.js';
import { describeProgram } from '../../../src/commands/help.js';
import { readCommandLine } from '../../../src/terminal/command-line.js';
import { UsageError } from '../../../src/terminal/usage-error.js';

type Name = 'publish' | 'copy' | 'prune' | 'list' | 'rollback' | 'smoke';

const split = (args: string): string[] => (args === '' ? [] : args.split(' '));

function read(name: Name, args: string): unknown {
  const input = readCommandLine(commands[name]!, split(args));
  return input === 'help' ? input : input.values;
}

/** Every problem, as it is printed. */
function problemsOf(name: Name, args: string): readonly string[] {
  try {
    read(name, args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    expect(error.hint).toBe(`Nothing was done. See \`npm run ami -- ${name} --help\`.`);
    return error.problems;
  }
  return [];
}

describe('The arguments of an ami command', () => {
  test('are read, with defaults for options that are left out', () => {
    expect(read('prune', '')).toEqual({ preset: 'all', regions: undefined, keep: 3, 'dry-run': false });
    expect(read('prune', '--preset cuda --regions eu-west-1,us-east-1 --keep=5 --dry-run')).toEqual({
      preset: 'cuda',
      regions: ['eu-west-1', 'us-east-1'],
      keep: 5,
      'dry-run': true,
    });
  });

  test.each(['--help', '-h', '--keep none --help'])('may ask for help: %s', (args) => {
    expect(read('prune', args)).toBe('help');
  });

  test.each<[Name, string, readonly string[]]>([
    [
      'publish',
      '',
      [
        '`--preset` is missing; allowed: `amd64`, `arm64`, `cuda`.',
        "`--image` is missing; allowed: an image's id, like ami-0123456789abcdef0.",
      ],
    ],
    ['list', '--preset amd46', ['`--preset` is "amd46"; allowed: `amd64`, `arm64`, `cuda`, `all` (nearest: `amd64`).']],
    ['rollback', '--preset windows', ['`--preset` is "windows"; allowed: `amd64`, `arm64`, `cuda`.']],
    ['rollback', '--preset all', ['`--preset` is "all"; allowed: `amd64`, `arm64`, `cuda`.']],
    [
      'list',
      '--presset cuda',
      ['`--presset` is not an option; allowed: `--preset`, `--regions`, `--json`, `--help` (nearest: `--preset`).'],
    ],
    ['list', '-x', ['`-x` is not an option; allowed: `--preset`, `--regions`, `--json`, `--help`.']],
    ['list', 'all', ['`all` is not expected here; allowed: `--preset`, `--regions`, `--json`, `--help`.']],
    ['list', '--preset', ['`--preset` has no value; allowed: `amd64`, `arm64`, `cuda`, `all`.']],
    ['list', '--preset --json', ['`--preset` has no value; allowed: `amd64`, `arm64`, `cuda`, `all`.']],
    ['list', '--json=perhaps', ['`--json` is "perhaps"; allowed: `true`, `false`.']],
    ['prune', '--keep 2 --keep 3', ['`--keep` is given twice.']],
    ['list', '--regions eu-west-1,,us-east-1', ['`--regions` contains ""; allowed: a region like eu-west-1.']],
    ['list', '--regions nowhere', ['`--regions` contains "nowhere"; allowed: a region like eu-west-1.']],
    [
      'prune',
      '--keep 0',
      ['`--keep` is "0"; allowed: a whole number from 1 to 1000: the last image of a preset is never removed.'],
    ],
  ])('are refused with every problem: %s %s', (name, args, problems) => {
    expect(problemsOf(name, args)).toEqual(problems);
  });
});

describe('The list of ami commands', () => {
  test('has the usage and the summary of each command', () => {
    const help = describeProgram(program);
    for (const [name, { summary }] of Object.entries(commands)) {
      expect(help).toMatch(new RegExp(`^  npm run ami -- ${name} .*\n      ${summary}$`, 'm'));
    }
  });

  test('is a table for the README, with the options that each command requires', () => {
    const markers = ['<!-- commands: printed by npm run print -->', '<!-- end of commands -->'];
    const [, ...table] = fillCommands(markers.join('\n'), commands)
      .split('\n')
      .filter((line) => line !== '');
    expect(table).toContain(`| \`npm run ami -- build PRESET… [options]\` | ${commands['build']!.summary} |`);
    expect(table).toContain(
      `| \`npm run ami -- publish --preset PRESET --image AMI [options]\` | ${commands['publish']!.summary} |`,
    );
    expect(table).toHaveLength(2 + Object.keys(commands).length + 1);
  });
});
