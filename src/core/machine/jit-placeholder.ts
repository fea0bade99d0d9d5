import { createRandom } from './random-bytes.js';
import { deriveRsa } from './rsa-numbers.js';

const PRIME_BYTES = 128;
/** The seed of what all runners of a scope have in common. */
const SHARED = 1_000;
const known: string[] = [];

/**
 * A configuration that packs as a real one does, so that sizes can be checked before a runner is registered. Its
 * numbers satisfy the equations of a 2,048-bit RSA key and cannot be compressed. They are not prime: no key is needed.
 *
 * @param index of the runner on its instance: each has other numbers
 */
export function composePlaceholder(index: number): string {
  return (known[index] ??= compose(index));
}

function compose(index: number): string {
  const random = createRandom(index + 1);
  const exponent = 'AQAB';
  for (;;) {
    const [p, q] = [oddNumber(random), oddNumber(random)];
    const derived = deriveRsa({ p, q, exponent }, 'phi');
    if (!derived) continue;
    const { d, dp, dq, inverseQ, modulus } = derived as Record<keyof typeof derived, string>;
    return encode({
      '.runner': encode(describeRunner(index)),
      '.credentials': encode(describeCredentials(random)),
      '.credentials_rsaparams': encode({ d, dp, dq, exponent, inverseQ, modulus, p, q }),
    });
  }
}

function describeRunner(index: number) {
  const tenant = hexDigits(createRandom(SHARED), 40);
  return {
    AgentId: `${100_000 + index}`,
    AgentName: `${'x'.repeat(61)}-${index}`,
    DisableUpdate: 'True',
    Ephemeral: 'True',
    PoolId: '1',
    PoolName: 'Default',
    ServerUrl: `https://pipelines.actions.githubusercontent.com/${tenant}/`,
    GitHubUrl: `https://github.com/${'x'.repeat(60)}`,
    WorkFolder: '_work',
    UseV2Flow: 'True',
    ServerUrlV2: 'https://broker.actions.githubusercontent.com/',
  };
}

function describeCredentials(random: () => number) {
  return {
    Scheme: 'OAuth',
    Data: {
      ClientId: hexDigits(random, 32),
      AuthorizationUrl: `https://vstoken.actions.githubusercontent.com/_apis/oauth2/token/${hexDigits(createRandom(SHARED + 1), 32)}`,
      RequireFipsCryptography: 'True',
    },
  };
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64');
}

function oddNumber(random: () => number): string {
  const bytes = Uint8Array.from({ length: PRIME_BYTES }, random);
  bytes[0]! |= 0xc0;
  bytes[PRIME_BYTES - 1]! |= 1;
  return Buffer.from(bytes).toString('base64');
}

function hexDigits(random: () => number, count: number): string {
  return Array.from({ length: count }, () => (random() & 15).toString(16)).join('');
}
