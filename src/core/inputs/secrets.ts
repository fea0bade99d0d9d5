import type { InputDefinitions } from './inputs.js';

/**
 * The shortest text that is masked. GitHub replaces a masked text wherever it occurs and drops the job outputs that
 * contain it: with "1" masked, a job has no output that contains a 1.
 */
const SHORTEST = 4;

export interface Secrets {
  /** Every text to mask. GitHub masks each line of one that has several, so none of these has a short one. */
  readonly texts: readonly string[];
  /** What is not masked, by name: an input, or an input and the key inside it. */
  readonly unmasked: readonly string[];
}

/**
 * What has to be masked of an action's inputs: those that their definition calls secret, and in JSON every value, at
 * any depth. Logs are read line by line, so of a text of several lines each is one.
 *
 * @param raw the inputs' texts, untrimmed and unchecked
 */
export function listSecrets(definitions: InputDefinitions, raw: Readonly<Record<string, string>>): Secrets {
  const texts = new Set<string>();
  const unmasked = new Set<string>();
  for (const [name, { secret }] of Object.entries(definitions)) {
    const text = raw[name]?.trim();
    if (!secret || !text) continue;
    const values = valuesIn(text);
    for (const { key, forms } of values ?? [{ key: '', forms: [text] }]) {
      const lines = forms.flatMap(linesOf);
      if (lines.length === 0) unmasked.add(`\`${name}\`${key && `: ${key}`}`);
      for (const line of lines) texts.add(line);
    }
    // Of JSON over several lines, such as `{}`, most are no secret.
    if (values && values.length > 0 && !/[\r\n]/.test(text)) texts.add(text);
  }
  return { texts: [...texts], unmasked: [...unmasked] };
}

export function describeUnmasked(names: readonly string[]): string {
  return `Not masked: ${names.join(', ')}. A text of fewer than ${SHORTEST} characters, \`true\` and \`false\` occur everywhere, and GitHub drops outputs that contain a masked text. What is no secret belongs into \`env\`; a secret should be longer.`;
}

/** The lines that mean only this secret, as they may stand in a log; and the whole where each line does. */
function linesOf(text: string): string[] {
  const lines = text
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const long = lines.filter((line) => line.length >= SHORTEST && line !== 'true' && line !== 'false');
  return lines.length > 1 && long.length === lines.length ? [text, ...long] : long;
}

interface Value {
  readonly key: string;
  /** As it becomes an environment variable, and as it was written. */
  readonly forms: readonly string[];
}

/** The values of JSON objects and lists; `undefined` for any other text. What cannot be read is refused later. */
function valuesIn(text: string): readonly Value[] | undefined {
  const values: Value[] = [];
  // `context` is absent before Node 21, and knows the digits of a number that JavaScript cannot hold.
  function note(key: string, value: unknown, context?: { readonly source?: string }): unknown {
    if (typeof value === 'string' && value !== '') values.push({ key, forms: [value] });
    if (typeof value === 'number') values.push({ key, forms: [String(value), context?.source ?? ''] });
    if (typeof value === 'boolean') values.push({ key, forms: [] });
    return value;
  }
  try {
    const parsed: unknown = JSON.parse(text, note);
    return typeof parsed === 'object' && parsed !== null ? values : undefined;
  } catch {
    return undefined;
  }
}
