import { parseAst } from 'rolldown/parseAst';

/** One small change to a source file that its tests should notice. */
export interface Mutation {
  /** The offset of the first character that is replaced. */
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
  /** The kind of change, such as `=== becomes !==`. */
  readonly kind: string;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [property: string]: unknown;
}

const OPPOSITES: Readonly<Record<string, string>> = {
  '===': '!==',
  '!==': '===',
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '&&': '||',
  '||': '&&',
  '??': '&&',
  '-': '+',
};
const METHODS: Readonly<Record<string, string>> = { some: 'every', every: 'some', max: 'min', min: 'max' };

/** All mutations of a TypeScript source, in the order of the text. */
export function listMutations(source: string): Mutation[] {
  const found: Mutation[] = [];
  visit(parseAst(source, { lang: 'ts' }) as unknown as Node, (node) => {
    for (const mutation of MUTATORS[node.type]?.(node, source) ?? []) {
      if (source.slice(mutation.start, mutation.end) !== mutation.replacement) found.push(mutation);
    }
  });
  return found.sort((one, other) => one.start - other.start || one.end - other.end);
}

export function applyMutation(source: string, { start, end, replacement }: Mutation): string {
  return source.slice(0, start) + replacement + source.slice(end);
}

type Mutator = (node: Node, source: string) => readonly Mutation[];

const MUTATORS: Readonly<Record<string, Mutator>> = {
  BinaryExpression: flipOperator,
  LogicalExpression: flipOperator,
  UnaryExpression: (node) => {
    const argument = node['argument'] as Node;
    return node['operator'] === '!' ? [replace(node, '', { end: argument.start, kind: '! is dropped' })] : [];
  },
  IfStatement: decide,
  ConditionalExpression: decide,
  Literal: (node) =>
    typeof node['value'] === 'boolean' ? [replace(node, String(!node['value']), { kind: 'boolean is flipped' })] : [],
  ExpressionStatement: dropCall,
  CallExpression: (node, source) => [...swapMethod(node), ...dropFilter(node, source)],
  ArrowFunctionExpression: (node) => {
    const body = node['body'] as Node;
    const isTest = body.type === 'BinaryExpression' || body.type === 'LogicalExpression';
    return isTest ? [replace(body, 'true', { kind: 'predicate becomes true' })] : [];
  },
};

function flipOperator(node: Node, source: string): Mutation[] {
  const operator = node['operator'] as string;
  const opposite = OPPOSITES[operator];
  if (opposite === undefined) return [];
  const [left, right] = [node['left'] as Node, node['right'] as Node];
  const start = source.indexOf(operator, left.end);
  if (start < 0 || start >= right.start) return [];
  return [{ start, end: start + operator.length, replacement: opposite, kind: `${operator} becomes ${opposite}` }];
}

function decide(node: Node): Mutation[] {
  const test = node['test'] as Node;
  return ['true', 'false'].map((value) => replace(test, value, { kind: `condition becomes ${value}` }));
}

/** A statement that calls something, awaited or not. */
function dropCall(node: Node): Mutation[] {
  let expression = node['expression'] as Node;
  while (expression.type === 'AwaitExpression' || expression.type === 'ChainExpression') {
    expression = (expression['argument'] ?? expression['expression']) as Node;
  }
  const isCall = expression.type === 'CallExpression' || expression.type === 'AssignmentExpression';
  return isCall ? [replace(node, ';', { kind: 'statement is dropped' })] : [];
}

function swapMethod(node: Node): Mutation[] {
  const property = propertyOf(node);
  const other = METHODS[(property?.['name'] as string | undefined) ?? ''];
  return property && other
    ? [replace(property, other, { kind: `${property['name'] as string} becomes ${other}` })]
    : [];
}

function dropFilter(node: Node, source: string): Mutation[] {
  const property = propertyOf(node);
  if (property?.['name'] !== 'filter') return [];
  const object = (node['callee'] as Node)['object'] as Node;
  return [replace(node, source.slice(object.start, object.end), { kind: 'filter is dropped' })];
}

function propertyOf(call: Node): Node | undefined {
  const callee = call['callee'] as Node;
  const property = callee.type === 'MemberExpression' ? (callee['property'] as Node) : undefined;
  return property?.type === 'Identifier' ? property : undefined;
}

function replace(node: Node, replacement: string, options: { readonly kind: string; readonly end?: number }): Mutation {
  return { start: node.start, end: options.end ?? node.end, replacement, kind: options.kind };
}

function visit(node: Node, see: (node: Node) => void): void {
  // Types have no effect at run time.
  if (node.type.startsWith('TS') || node.type === 'ImportDeclaration') return;
  see(node);
  for (const value of Object.values(node)) {
    for (const child of [value].flat()) if (isNode(child)) visit(child, see);
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
}
