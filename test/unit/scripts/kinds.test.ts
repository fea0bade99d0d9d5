import { describe, expect, test } from '@jest/globals';
import { readFragments } from '../../../scripts/print/fragments.js';
import { readKind } from '../../../scripts/print/kinds.js';
import type { Shared } from '../../../scripts/print/workflow-inputs.js';

const shared: Shared = {
  inputs: { ref: { description: 'The ref.' }, limit: { type: 'number', description: 'The limit.', default: 60 } },
  secrets: { TOKEN: 'A token.' },
  outputs: { verdict: { value: '${{ jobs.test.outputs.verdict }}' }, minutes: { description: 'How long.' } },
};
const file = [
  '# A comment for who reads this file.',
  'head:',
  '  # Plays chess.',
  '  name: Chess',
  '# Another one.',
  'run-name: ${{ inputs.opening }}',
  'artifact: ${{ inputs.opening }}',
  'job-timeout: ${{ fromJSON(inputs.limit) }}',
  '',
  'work-steps:',
  '  - id: chess',
  '    uses: $/run-chess',
  'inputs:',
  '  ref:',
  '  opening:',
  '    description: The opening.',
  '  limit: { description: The limit of a game., only: call }',
  'outputs:',
  '  verdict: won or lost.',
  '  minutes:',
  '',
].join('\n');
const read = (text: string) => readKind('chess', text, shared);

describe('A fragment', () => {
  test('is the text below or beside its name, with its comments and without those between fragments', () => {
    expect(readFragments(file)).toMatchObject({
      head: '# Plays chess.\nname: Chess\n',
      artifact: '${{ inputs.opening }}',
      'work-steps': '- id: chess\n  uses: $/run-chess\n',
    });
  });
});

describe('A kind of work', () => {
  test('has its inputs in their order, those of inputs.yml with the fields that it replaces', () => {
    const limit = { type: 'number', default: 60, only: ['call'] };
    const rest = { required: false, only: [], type: 'string', default: '' };
    expect(read(file).contract.inputs).toEqual([
      { ...rest, name: 'ref', description: 'The ref.', isShared: true },
      { ...rest, name: 'opening', description: 'The opening.', isShared: false },
      { ...rest, name: 'limit', description: 'The limit of a game.', isShared: false, ...limit },
    ]);
  });

  test('has the outputs of its step, and those of inputs.yml', () => {
    const { contract, fillings } = read(file);
    expect(contract.outputs).toEqual([
      { name: 'verdict', description: 'won or lost.', value: '${{ jobs.test.outputs.verdict }}', isShared: false },
      { name: 'minutes', description: 'How long.', isShared: true },
    ]);
    expect(fillings['work-outputs']).toBe(
      'verdict: ${{ steps.chess.outputs.verdict }}\nminutes: ${{ steps.chess.outputs.minutes }}',
    );
    expect(fillings['work-interrupted']).toBe('${{ steps.chess.outputs.interrupted }}');
  });

  test('fills what it leaves out with nothing', () => {
    expect(read(file).fillings).toMatchObject({ 'check-inputs': '', 'start-outputs': '' });
  });

  test.each([
    ['without a part that the frame needs', file.replace(/^artifact.*\n/m, ''), '`artifact` is missing.'],
    ['with an empty one', file.replace(/^artifact:.*$/m, 'artifact:'), '`artifact` is missing.'],
    [
      'with an input that is described nowhere',
      file.replace('  ref:\n', '  reff:\n'),
      '`reff` has no description, here or in inputs.yml.',
    ],
    [
      'with an output that is described nowhere',
      file.replace('  minutes:\n', '  hours:\n'),
      '`hours` has no description, here or in inputs.yml.',
    ],
    ['that is not YAML', file.replace('won or lost.', 'won: or lost.'), 'at line 19'],
  ])('%s is refused, and the file is named', (_, text, problem) => {
    expect(() => read(text)).toThrow(problem);
    expect(() => read(text)).toThrow('workflows/kinds/chess.yml:');
  });

  test('is refused with all its problems at once', () => {
    const text = file.replace(/^artifact.*\n/m, '').replace('  ref:\n', '  reff:\n');
    expect(() => read(text)).toThrow('`artifact` is missing.\n`reff` has no description, here or in inputs.yml.');
  });
});
