import type { Mutation } from './mutations.js';

interface Rule {
  readonly kind: string;
  readonly pattern: RegExp;
  readonly replacement: string;
}

/** Changes to one line of bash. A rule applies to its first match in each line of code. */
const RULES: readonly Rule[] = [
  { kind: 'background becomes foreground', pattern: / &$/, replacement: '' },
  { kind: '-n becomes -z', pattern: /\[\[ -n /, replacement: '[[ -z ' },
  { kind: '-z becomes -n', pattern: /\[\[ -z /, replacement: '[[ -n ' },
  { kind: '== becomes !=', pattern: / == /, replacement: ' != ' },
  { kind: '>= becomes <', pattern: / >= /, replacement: ' < ' },
  { kind: '< becomes >=', pattern: /(?<=\(\([^)]*) < /, replacement: ' >= ' },
  { kind: '&& becomes ||', pattern: / && /, replacement: ' || ' },
  { kind: '|| becomes &&', pattern: / \|\| /, replacement: ' && ' },
  { kind: 'condition is negated', pattern: /\bif (?=\[\[|\(\()/, replacement: 'if ! ' },
  {
    kind: 'command is dropped',
    pattern: /(?<=^\s*)(kill|trap|wait|chmod|chown|rm|give_up|say|phase|exec) .*$/,
    replacement: ':',
  },
];

/** All mutations of a bash script, in the order of the text. Comments are left alone. */
export function listShellMutations(source: string): Mutation[] {
  const found: Mutation[] = [];
  let at = 0;
  for (const line of source.split('\n')) {
    const isCode = !/^\s*(#|$)/.test(line);
    for (const { kind, pattern, replacement } of isCode ? RULES : []) {
      const match = pattern.exec(line);
      if (!match) continue;
      const start = at + match.index;
      found.push({ start, end: start + match[0].length, replacement, kind });
    }
    at += line.length + 1;
  }
  return found;
}
