import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { describeTools } from './help.js';
import { tools } from './tools.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

test.each(Object.entries(tools))('%s is a program of this repository', (_, { file }) => {
  expect(existsSync(`${root}/${file}`)).toBe(true);
});

test('the list has a line for each tool, with how long it takes', () => {
  const lines = describeTools(tools).split('\n');
  for (const [name, { takes, summary }] of Object.entries(tools)) {
    expect(lines.filter((line) => line.startsWith(`  ${name} `) && line.endsWith(`  ${summary}`))).toHaveLength(1);
    expect(lines.some((line) => line.includes(takes))).toBe(true);
  }
});
