import type { InputDefinitions } from './inputs.js';

/**
 * The shortest text that is masked. GitHub replaces a masked text wherever it occurs and drops the job outputs that
 * contain it: with "1" masked, a job has no output that contains a 1.
 */
const SHORTEST = 4;

export interface Secrets {
  /** The texts to mask. GitHub masks each line of a text, so none of these texts has a short line. */
  readonly texts: readonly string[];
  /** Where each text is from: an input, or an input and a key of its JSON. */
  readonly names: ReadonlyMap<string, string>;
  /** The names of what is not masked: an input, or an input and a key of its JSON. */
  readonly unmasked: readonly string[];
}

/**
 * The texts of an action's inputs that must be masked: the inputs that their definitions declare secret and, if they
 * are JSON, every value at any depth. Runners mask logs line by line, so each line of a text is masked.
 *
 * @param raw the texts of the inputs, before trimming and parsing
 */
export function listSecrets(definitions: InputDefinitions, raw: Readonly<Record<string, string>>): Secrets {
  const texts = new Map<string, string>();
  const unmasked = new Set<string>();
  for (const [name, { secret }] of Object.entries(definitions)) {
    const text = raw[name]?.trim();
    if (!secret || !text) continue;
    const values = valuesIn(text);
    for (const { key, forms } of values ?? [{ key: '', forms: [text] }]) {
      const label = `\`${name}\`${key && `: ${key}`}`;
      const lines = forms.flatMap(linesOf);
      if (lines.length === 0) unmasked.add(label);
      for (const line of lines) texts.set(line, label);
    }
    // Most lines of JSON in several lines, such as `}`, are not secret.
    if (values && values.length > 0 && !/[\r\n]/.test(text)) texts.set(text, `\`${name}\``);
  }
  return { texts: [...texts.keys()], names: texts, unmasked: [...unmasked] };
}

export function describeUnmasked(names: readonly string[]): string {
  return `Not masked: ${names.join(', ')}. Texts of fewer than ${SHORTEST} characters, \`true\` and \`false\` are too common, and GitHub drops outputs that contain a masked text. Put values that are not secret into \`env\`, and use longer secrets.`;
}

/** The lines of a secret that are long enough to mask; and the whole text if all its lines are. */
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
  /** The value as an environment variable, and as it was written. */
  readonly forms: readonly string[];
}

/**
 * The values in a JSON object or list; `undefined` for any other text. The input's parser refuses malformed JSON later.
 */
function valuesIn(text: string): readonly Value[] | undefined {
  const values: Value[] = [];
  // `context` (Node 21 and newer) has all digits of a number that JavaScript cannot represent.
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
