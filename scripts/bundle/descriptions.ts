import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'rolldown';
import { parseAst } from 'rolldown/parseAst';
import { root } from './root.js';

const KINDS = 'src/core/inputs';

/**
 * The descriptions of the inputs are printed into action.yml and the README files. No step reads them, so they are not
 * in the bundles (14 kB).
 */
export const leaveOutDescriptions: Plugin = {
  name: 'leave-out-descriptions',
  transform(code, id) {
    if (!/\/actions\/[\w-]+\.inputs\.ts$/.test(id)) return undefined;
    return { code: emptyDescriptions(code, id), map: null };
  },
};

/** The functions whose first parameter is a description, as `text('Name of the key pair.')`. */
const describing = new Set(
  readdirSync(join(root, KINDS))
    .map((name) => readFileSync(join(root, KINDS, name), 'utf8'))
    .flatMap((text) => [...text.matchAll(/^export function (\w+)(?:<.*?>)?\(\s*description: string/gm)])
    .map(([, name]) => name!),
);

function emptyDescriptions(code: string, file: string): string {
  const spans: [number, number][] = [];
  visit(parseAst(code, { lang: 'ts' }, file), ({ type, callee, arguments: [first] = [] }) => {
    if (type === 'CallExpression' && describing.has(callee?.name ?? '') && first) spans.push([first.start, first.end]);
  });
  return spans.toReversed().reduce((text, [from, to]) => `${text.slice(0, from)}''${text.slice(to)}`, code);
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly callee?: { readonly name?: string };
  readonly arguments?: readonly Node[];
}

/** Calls `see` for every node, in the order of the text. */
function visit(value: unknown, see: (node: Node) => void): void {
  if (typeof value !== 'object' || value === null) return;
  if ('type' in value && typeof value.type === 'string') see(value as Node);
  for (const one of Object.values(value)) visit(one, see);
}
