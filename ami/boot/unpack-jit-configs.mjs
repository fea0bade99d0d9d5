// Unpacks the JIT configs of a boot payload (docs/inside/payload.md, "Packed JIT configs"): reads the value of
// `jit-configs` from stdin and writes one encoded_jit_config a line. The agent runs it with the runner's own Node, which
// may be as old as 16. Comments stand on lines of their own, because they do not travel in user data.
import { readFileSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';

const toBase64 = (text) => Buffer.from(text).toString('base64');
const toNumber = (text) => BigInt(`0x${Buffer.from(text, 'base64').toString('hex')}`);
const toText = (number, bytes) => Buffer.from(number.toString(16).padStart(2 * bytes, '0'), 'hex').toString('base64');
const mapValues = (object, change) =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value, key)]));

// The inverse of a number, by Euclid's extended algorithm.
function invert(number, modulus) {
  let [rest, next, inverse, following] = [modulus, number % modulus, 0n, 1n];
  while (next > 0n) {
    const times = rest / next;
    [rest, next] = [next, rest - times * next];
    [inverse, following] = [following, inverse - times * following];
  }
  return ((inverse % modulus) + modulus) % modulus;
}

const findDivisor = (one, other) => (other ? findDivisor(other, one % other) : one);

// The numbers of an RSA key that follow from p, q and the exponent: null, or 'l' where d is modulo lambda and not phi.
function completeKey(key) {
  const [p, q, e] = [key.p, key.q, key.exponent].map(toNumber);
  const half = Buffer.from(key.p, 'base64').length;
  const phi = (p - 1n) * (q - 1n);
  const derive = {
    modulus: () => toText(p * q, 2 * half),
    d: (which) => toText(invert(e, which === 'l' ? phi / findDivisor(p - 1n, q - 1n) : phi), 2 * half),
    dp: () => toText(invert(e, p - 1n), half),
    dq: () => toText(invert(e, q - 1n), half),
    inverseQ: () => toText(invert(q, p), half),
  };
  return mapValues(key, (value, name) => (value === null || value === 'l' ? derive[name](value) : value));
}

function render(tree) {
  if (tree?.b !== undefined) return toBase64(render(tree.b));
  if (tree?.j !== undefined) return JSON.stringify(mapValues(tree.j, render));
  if (tree?.k !== undefined) return JSON.stringify(completeKey(tree.k));
  return tree;
}

const packed = inflateRawSync(Buffer.from(readFileSync(0, 'utf8'), 'base64'));
for (const tree of JSON.parse(packed)) console.log(render(tree));
