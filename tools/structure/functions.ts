import { parseAst } from 'rolldown/parseAst';

export interface LongFunction {
  readonly name: string;
  readonly lines: number;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly id?: { readonly name: string } | null;
  readonly key?: { readonly name?: string };
}

const FUNCTIONS = ['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'];

/**
 * Counts the functions of a TypeScript source, methods and arrow functions included, and lists those with more lines
 * than `limit`. A function without a name has the name of what it is written in.
 *
 * @throws for a syntax error
 */
export function measureFunctions(
  text: string,
  limit: number,
): { readonly count: number; readonly long: readonly LongFunction[] } {
  const long: LongFunction[] = [];
  let count = 0;
  const visit = (value: unknown, outer: string): void => {
    if (Array.isArray(value)) for (const one of value) visit(one, outer);
    if (!isNode(value)) return;
    const name = value.id?.name ?? value.key?.name ?? outer;
    if (FUNCTIONS.includes(value.type)) {
      count++;
      const lines = text.slice(value.start, value.end).split('\n').length;
      if (lines > limit) long.push({ name, lines });
    }
    for (const child of Object.values(value)) visit(child, name);
  };
  visit(parseAst(text, { lang: 'ts' }).body, '(top level)');
  return { count, long };
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}
