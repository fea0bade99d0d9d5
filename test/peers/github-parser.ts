import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } from '@actions/workflow-parser';
import { parseAction } from '@actions/workflow-parser/actions/action-parser';

/** GitHub's own parsers of workflows, action metadata and expressions: @actions/workflow-parser and @actions/expressions. */

export { evaluate, interpolate, type Contexts } from '../worlds/expressions.js';

/** @param root the folder of the repository with the called workflows. @returns the errors that GitHub's parser reports */
export async function listWorkflowErrors(content: string, root: string): Promise<string[]> {
  const { context, value } = parseWorkflow({ name: 'workflow.yml', content }, new NoOperationTraceWriter());
  const messages = (): string[] => context.errors.getErrors().map((error) => error.message);
  if (!value || messages().length > 0) return messages();
  const files = {
    getFileContent: async (ref: { path: string }) => ({
      name: ref.path,
      content: await readFile(join(root, ref.path), 'utf8'),
    }),
  };
  await convertWorkflowTemplate(context, value, files, { fetchReusableWorkflowDepth: 1 });
  return messages();
}

/** @returns the errors that GitHub's parser reports for an action.yml */
export function listActionErrors(content: string): string[] {
  const { context } = parseAction({ name: 'action.yml', content }, new NoOperationTraceWriter());
  return context.errors.getErrors().map((error) => error.message);
}
