import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { deriveRsa, type RsaNumbers } from './rsa-numbers.js';

/**
 * Packs just-in-time configurations, so that 16 of them fit into user data. Most of a configuration is an RSA key that
 * GitHub has made, and most of that follows from its two primes; the rest is much alike in all runners of a start.
 *
 * The packed text is base64 of a deflated JSON list with one {@link Tree} for each configuration.
 * `ami/boot/unpack-jit-configs.mjs` unpacks it, with the runner's own Node.
 */

/** A text in parts. Rendering it gives the text back, byte for byte. */
type Tree =
  | string
  /** Base64 of a text. */
  | { readonly b: Tree }
  /** JSON of an object, whose values are texts. */
  | { readonly j: Readonly<Record<string, Tree>> }
  /** JSON of an RSA key. `null`: the number follows from the primes, `l`: as the exponent's inverse modulo lambda. */
  | { readonly k: Readonly<Record<string, string | null>> };

/** A configuration is three texts in a text. */
const MOST_DEPTH = 6;

/** @param configs `encoded_jit_config` of GitHub's answers, one for each runner */
export function packJitConfigs(configs: readonly string[]): string {
  const trees = configs.map((config) => {
    const tree = packText(config, 0);
    // What is not understood is sent as it is.
    return renderTree(tree) === config ? tree : config;
  });
  return deflateRawSync(JSON.stringify(trees), { level: 9 }).toString('base64');
}

/** The inverse of {@link packJitConfigs}, as the instance unpacks. */
export function unpackJitConfigs(packed: string): readonly string[] {
  const trees = JSON.parse(inflateRawSync(Buffer.from(packed, 'base64')).toString()) as readonly Tree[];
  return trees.map(renderTree);
}

function packText(text: string, depth: number): Tree {
  const decoded = depth < MOST_DEPTH ? decode(text) : undefined;
  return decoded === undefined ? text : { b: packJson(decoded, depth + 1) };
}

/** @returns `undefined` for a text that is not base64 of printable ASCII */
function decode(text: string): string | undefined {
  const bytes = Buffer.from(text, 'base64');
  const decoded = bytes.toString('latin1');
  return bytes.length > 0 && bytes.toString('base64') === text && /^[\t\n\r -~]*$/.test(decoded) ? decoded : undefined;
}

function packJson(text: string, depth: number): Tree {
  const texts = readTexts(text);
  if (texts === undefined) return text;
  const key = packKey(texts);
  if (key) return { k: key };
  const trees = Object.entries(texts).map(([name, value]) => [name, packText(value, depth)] as const);
  return trees.every(([, tree]) => typeof tree === 'string') ? text : { j: Object.fromEntries(trees) };
}

/** The object that this JSON is of, if its values are texts and JSON.stringify writes it as it is. */
function readTexts(text: string): Readonly<Record<string, string>> | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    const value = JSON.parse(text) as Readonly<Record<string, string>>;
    const isPlain = Object.values(value).every((one) => typeof one === 'string');
    return isPlain && JSON.stringify(value) === text ? value : undefined;
  } catch {
    return undefined;
  }
}

/** @returns `undefined` for what is no RSA key, or a key of which nothing follows from its primes */
function packKey(key: Readonly<Record<string, string>>): Readonly<Record<string, string | null>> | undefined {
  const { p, q, exponent } = key;
  if (!p || !q || !exponent || Object.values(key).includes('l')) return undefined;
  const primes: RsaNumbers = { p, q, exponent };
  const [usual, byLambda] = [deriveRsa(primes, 'phi'), deriveRsa(primes, 'lambda')];
  const entries = Object.entries(key).map(([name, value]): [string, string | null] => {
    if (value === usual?.[name]) return [name, null];
    // The other numbers are the same for both.
    return [name, name === 'd' && value === byLambda?.[name] ? 'l' : value];
  });
  return entries.some(([, value]) => value === null) ? Object.fromEntries(entries) : undefined;
}

function renderTree(tree: Tree): string {
  if (typeof tree === 'string') return tree;
  if ('b' in tree) return Buffer.from(renderTree(tree.b), 'latin1').toString('base64');
  if ('j' in tree) {
    return JSON.stringify(Object.fromEntries(Object.entries(tree.j).map(([name, one]) => [name, renderTree(one)])));
  }
  return JSON.stringify(renderKey(tree.k));
}

function renderKey(key: Readonly<Record<string, string | null>>): Readonly<Record<string, string | null>> {
  const { p, q, exponent } = key;
  if (!p || !q || !exponent) return key;
  const derived = deriveRsa({ p, q, exponent }, key['d'] === 'l' ? 'lambda' : 'phi');
  const isDerived = ([name, value]: [string, string | null]) => value === null || (name === 'd' && value === 'l');
  const render = (entry: [string, string | null]): [string, string | null] =>
    isDerived(entry) ? [entry[0], derived?.[entry[0]] ?? null] : entry;
  return Object.fromEntries(Object.entries(key).map(render));
}
