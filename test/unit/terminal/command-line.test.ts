import { expect, jest, test } from '@jest/globals';
import { readCommandLine, runCommandLine } from '../../../src/terminal/command-line.js';
import type { CommandLine } from '../../../src/terminal/definition.js';
import { renderHelp } from '../../../src/terminal/help.js';
import {
  decimalNumber,
  existing,
  flag,
  list,
  oneOf,
  repeated,
  required,
  text,
  value,
  wholeNumber,
  withDefault,
} from '../../../src/terminal/options.js';
import { misuse, UsageError } from '../../../src/terminal/usage-error.js';

const bake = {
  command: 'npm run bake --',
  description: 'Bakes bread. It takes an hour.',
  options: {
    flour: required(value('What it is made of.', oneOf(['rye', 'wheat'], 'FLOUR'))),
    loaves: withDefault(value('How many.', wholeNumber(1, 10)), 2),
    hours: value('How long.', decimalNumber(0, 9.5)),
    minutes: withDefault(list('When to look.', wholeNumber(1, 60)), [10, 20], '10,20'),
    with: repeated('What else goes in.', text('THING', { matches: /^[a-z]+$/, allowed: 'a word' })),
    recipe: value('What to follow.', existing('file')),
    dry: flag('Only print the recipe.'),
  },
  positionals: { description: 'Whose bread.', kind: oneOf(['ann', 'bob'], 'PERSON'), least: 1, most: 2 },
} satisfies CommandLine;

const read = (line: string) => readCommandLine(bake, line === '' ? [] : line.split(' '));

function problemsOf(line: string): readonly string[] {
  try {
    read(line);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    expect(error.hint).toBe('Nothing was done. See `npm run bake -- --help`.');
    return error.problems;
  }
  return [];
}

test('options that are not given have their defaults', () => {
  expect(read('ann --flour rye')).toEqual({
    values: {
      flour: 'rye',
      loaves: 2,
      hours: undefined,
      minutes: [10, 20],
      with: [],
      recipe: undefined,
      dry: false,
    },
    positionals: ['ann'],
  });
});

test('values are read by their kinds, in any order, also after an equals sign', () => {
  expect(read('--with salt ann --loaves=3 --flour wheat bob --hours 1.5 --minutes 5,30 --with water --dry')).toEqual({
    values: {
      flour: 'wheat',
      loaves: 3,
      hours: 1.5,
      minutes: [5, 30],
      with: ['salt', 'water'],
      recipe: undefined,
      dry: true,
    },
    positionals: ['ann', 'bob'],
  });
});

test('the entries of a list may have spaces around them', () => {
  expect(readCommandLine(bake, ['ann', '--flour', 'rye', '--minutes', '5, 30'])).toMatchObject({
    values: { minutes: [5, 30] },
  });
});

test.each(['--help', '-h', '--loaves none --help'])('help is more important than anything else: %s', (line) => {
  expect(read(line)).toBe('help');
});

test.each([
  ['ann --flour barley', ['`--flour` is "barley"; allowed: `rye`, `wheat`.']],
  ['ann --flour weat', ['`--flour` is "weat"; allowed: `rye`, `wheat` (nearest: `wheat`).']],
  ['ann --flour rye --loaves 11', ['`--loaves` is "11"; allowed: a whole number from 1 to 10.']],
  ['ann --flour rye --loaves 1e1', ['`--loaves` is "1e1"; allowed: a whole number from 1 to 10.']],
  ['ann --flour rye --hours -1', ['`--hours` is "-1"; allowed: a number from 0 to 9.5.']],
  ['ann --flour rye --minutes 5,,7', ['`--minutes` contains ""; allowed: a whole number from 1 to 60.']],
  ['ann --flour rye --with SALT', ['`--with` is "SALT"; allowed: a word.']],
  ['ann --flour rye --recipe /no/such/file', ['`--recipe` is "/no/such/file"; allowed: a file that exists.']],
  ['ann --flour rye --dry=perhaps', ['`--dry` is "perhaps"; allowed: `true`, `false`.']],
  ['ann', ['`--flour` is missing; allowed: `rye`, `wheat`.']],
  ['ann --flour', ['`--flour` has no value; allowed: `rye`, `wheat`.']],
  ['ann --flour --dry', ['`--flour` has no value; allowed: `rye`, `wheat`.']],
  ['ann --flour rye --loaves 2 --loaves 3', ['`--loaves` is given twice.']],
  ['--flour rye', ['`PERSON` is missing; allowed: `ann`, `bob`.']],
  ['bobb --flour rye', ['`PERSON` is "bobb"; allowed: `ann`, `bob` (nearest: `bob`).']],
  [
    'ann bob eve --flour rye',
    [
      '`eve` is not expected here; allowed: `--flour`, `--loaves`, `--hours`, `--minutes`, `--with`, `--recipe`, `--dry`, `--help`.',
    ],
  ],
  [
    'ann --flour rye --loavs 3 -x',
    [
      '`--loavs` is not an option; allowed: `--flour`, `--loaves`, `--hours`, `--minutes`, `--with`, `--recipe`, `--dry`, `--help` (nearest: `--loaves`).',
      '`-x` is not an option; allowed: `--flour`, `--loaves`, `--hours`, `--minutes`, `--with`, `--recipe`, `--dry`, `--help`.',
    ],
  ],
  [
    'eve --loaves 0',
    [
      '`--flour` is missing; allowed: `rye`, `wheat`.',
      '`--loaves` is "0"; allowed: a whole number from 1 to 10.',
      '`PERSON` is "eve"; allowed: `ann`, `bob`.',
    ],
  ],
])('every problem is reported, with what was given and what is allowed: %s', (line, problems) => {
  expect(problemsOf(line)).toEqual(problems);
});

test('the help comes from the same definition', () => {
  expect(renderHelp(bake)).toBe(`npm run bake -- PERSON… --flour FLOUR [options]

Bakes bread. It takes an hour.

  PERSON         Whose bread. Allowed: \`ann\`, \`bob\`.
  --flour FLOUR  What it is made of. Allowed: \`rye\`, \`wheat\`. Required.
  --loaves N     How many. Allowed: a whole number from 1 to 10. Default: 2.
  --hours N      How long. Allowed: a number from 0 to 9.5.
  --minutes N,…  When to look. Allowed: a whole number from 1 to 60. Default: 10,20.
  --with THING   What else goes in. Allowed: a word. May be given several times.
  --recipe PATH  What to follow. Allowed: a file that exists.
  --dry          Only print the recipe.
  --help         Print this.`);
});

test.each([
  ['ann --flour rye', 7, '', ''],
  ['--help', 0, 'Bakes bread.', ''],
  ['ann', 2, '', '`--flour` is missing; allowed: `rye`, `wheat`.\nNothing was done.'],
  ['', 2, '', '2 arguments cannot be used.\nNothing was done.'],
  ['bob --flour rye', 2, '', 'Bob is away.\nNothing was done.'],
])('a program ends with its exit code, or with 2 for wrong arguments: %s', async (line, code, out, err) => {
  const printed = { log: '', error: '' };
  const spies = (['log', 'error'] as const).map((name) =>
    jest.spyOn(console, name).mockImplementation((said: string) => void (printed[name] += said)),
  );
  try {
    const ended = await runCommandLine(bake, line === '' ? [] : line.split(' '), async ({ positionals }) => {
      if (positionals[0] === 'bob') throw misuse(bake, 'Bob is away.');
      return 7;
    });
    expect(ended).toBe(code);
    expect(printed.log).toContain(out);
    expect(printed.error).toContain(err);
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
});
