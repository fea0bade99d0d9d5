import { data, Evaluator, Lexer, Parser } from '@actions/expressions';

/** GitHub's own evaluator of expressions: @actions/expressions. */

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
