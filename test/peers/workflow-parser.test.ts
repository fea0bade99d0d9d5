import { test, expect } from '@jest/globals';
import { parseWorkflow, NoOperationTraceWriter } from '@actions/workflow-parser';
import { readFileSync } from 'node:fs';
test('x', () => {
  const result = parseWorkflow(
    { name: 'a.yml', content: readFileSync('.github/workflows/tox-on-ec2.yml', 'utf8') },
    new NoOperationTraceWriter(),
  );
  expect(result.context.errors.getErrors().map(String)).toEqual([]);
});
