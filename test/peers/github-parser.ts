import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { data, Evaluator, Lexer, Parser } from '@actions/expressions';
import { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } from '@actions/workflow-parser';
import { parseAction } from '@actions/workflow-parser/actions/action-parser';

/** GitHub's own parsers of workflows, action metadata and expressions: @actions/workflow-parser and @actions/expressions. */

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

/** Contexts by name, as plain objects. A string stands for a string of GitHub's context. */
export type Contexts = Readonly<Record<string, unknown>>;

const statusFunctions = ['always', 'cancelled', 'success', 'failure'];

/** Evaluates a condition, with or without `${{ }}`. @param status the results of the status functions */
export function evaluate(
  condition: string,
  contexts: Contexts,
  status: Readonly<Record<string, boolean>> = {},
): unknown {
  const [, expression = condition] = /^\s*\$\{\{(.*)\}\}\s*$/s.exec(condition) ?? [];
  return compute(expression, contexts, status);
}

/** Replaces the expressions in a text with their values. */
export function interpolate(text: string, contexts: Contexts): string {
  return text.replace(/\$\{\{(.*?)\}\}/gs, (_, expression: string) => {
    const value = compute(expression, contexts, {});
    if (value === null) return '';
    return typeof value === 'string' ? value : JSON.stringify(value);
  });
}

function compute(expression: string, contexts: Contexts, status: Readonly<Record<string, boolean>>): unknown {
  const functions = statusFunctions.map((name) => ({
    name,
    minArgs: 0,
    maxArgs: 0,
    call: () => new data.BooleanData(status[name] ?? false),
  }));
  const tree = new Parser(new Lexer(expression).lex().tokens, Object.keys(contexts), functions).parse();
  const root = toData(contexts) as data.Dictionary;
  const result = new Evaluator(tree, root, new Map(functions.map((one) => [one.name, one]))).evaluate();
  return JSON.parse(JSON.stringify(result, data.replacer)) as unknown;
}

function toData(value: unknown): data.ExpressionData {
  return JSON.parse(JSON.stringify(value), data.reviver) as data.ExpressionData;
}
