import { describe, expect, test } from '@jest/globals';
import { chooseEnvironments } from '../../../../src/core/test-request/choose-environments.js';

const known = ['unit', 'local_os', 'cuda'];

describe('A list of environments', () => {
  test.each([
    ['all', known],
    ['cuda', ['cuda']],
    ['cuda, unit', ['unit', 'cuda']],
    ['cuda\nunit cuda', ['unit', 'cuda']],
  ])('%j chooses %j, in the order of the known environments', (wanted, chosen) => {
    expect(chooseEnvironments(wanted, known)).toEqual({ chosen, problems: [] });
  });

  test.each([
    ['', '`environments` names none'],
    [' , ', '`environments` names none'],
    ['cude', 'there is no "cude"; did you mean `cuda`? (there are: unit, local_os, cuda, or `all` for all of them).'],
    ['all, cuda', '`all` beside other names'],
  ])('%j is refused, and nothing is chosen', (wanted, problem) => {
    const { chosen, problems } = chooseEnvironments(wanted, known);
    expect({ chosen, problems }).toEqual({ chosen: [], problems: [expect.stringContaining(problem)] });
  });
});
