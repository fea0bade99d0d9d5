import { endSentence, shorten } from '../config/describe-missing.js';
import { ALLOWED_KEYS, parseKey } from '../config/key-path.js';
import { isMap, type Value } from '../config/value.js';
import { readYaml } from '../config/yaml-document.js';
import type { YamlLanguage } from '../config/yaml-scalars.js';

/** A key and its value, or why there is none, as a sentence. `warning`: what another reader would make of the value. */
export type VarLine =
  { readonly key: string; readonly value: Value; readonly warning?: string } | { readonly problem: string };

/** Reads what follows `/var`: one `key: value` in YAML. */
export function readVar(text: string, language: YamlLanguage): VarLine {
  if (text === '') return { problem: 'is empty; write `/var key: value`.' };
  if (/^[[{]/.test(text))
    return { problem: 'begins with a bracket; write `/var key: value`, each key on a line of its own.' };
  const { value, problems, doubts } = readYaml(text, language);
  const [mistake] = problems;
  if (mistake) return { problem: describeMistake(text, mistake.text) };
  const [[key, content] = [], ...more] = isMap(value) ? Object.entries(value) : [];
  if (key === undefined || content === undefined || more.length > 0) return { problem: describeForm(text) };
  if (key.includes('\\')) return { problem: `has a backslash in the key \`${shorten(key)}\`; write it without.` };
  if (!parseKey(key)) return { problem: `has the key \`${shorten(key)}\`; allowed: ${ALLOWED_KEYS}.` };
  if (/:\s+[\u2018-\u201e\u00ab\u00bb]/.test(text))
    return { problem: 'has quotation marks of a text editor; write `"` or `\'`, or none.' };
  const doubt = doubts.map((one) => one.text).join('; ');
  if (doubt === '') return { key, value: content };
  return language === 'both'
    ? { problem: `is not certain: ${endSentence(doubt)}` }
    : { key, value: content, warning: doubt };
}

/** What to write in place of a text that is not `key: value`. */
function describeForm(text: string): string {
  const [, key, sign, value] = /^([^\s=:]+)(\s*=\s*|:)(.*)$/.exec(text) ?? [];
  if (key !== undefined && sign?.trim() === '=')
    return `has \`=\`; write \`key: value\`, here \`/var ${shorten(`${key}: ${value}`)}\`.`;
  if (key !== undefined) return `has no blank after the colon; write \`/var ${shorten(`${key}: ${value}`)}\`.`;
  return 'has no value; write `/var key: value`.';
}

function describeMistake(text: string, mistake: string): string {
  const [, key, value = ''] = /^([^\s:]+):\s+(.*)$/.exec(text) ?? [];
  if (value.startsWith('`')) return 'has backticks around the value; write it without.';
  if (key !== undefined && /^[@%*&!|>]|: /.test(value) && !value.includes("'"))
    return `is not YAML, because of \`${/^[@%*&!|>]/.test(value) ? value[0]! : ': '}\` in the value; quote it: \`/var ${shorten(`${key}: '${value}'`)}\`.`;
  return `is not YAML; write \`/var key: value\` (${shorten(mistake.replace(/^it is not YAML: /, ''))}).`;
}
