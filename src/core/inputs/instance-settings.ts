import { X509Certificate } from 'node:crypto';
import { BadValue, type InputDefinition } from './inputs.js';

/** Environment variables by name. */
type Variables = Readonly<Record<string, string>>;

const LINES =
  'lines `NAME=value`; blank lines and lines that begin with `#` are skipped, and nothing is quoted or expanded';
/** The variables that the boot agent sets itself, for the runner and for the user that jobs run as. */
const RESERVED = /^(HOME|USER|LOGNAME|RUNNER_ALLOW_RUNASROOT|ACTIONS_RUNNER_INPUT_.*|CI_ACTIONS_.*)$/;
/** curl and apt read only `http_proxy` in lower case; other programs read only upper case. */
const PROXY = /^(http|https|all|no)_proxy$/i;

/**
 * Lines `NAME=value`. Proxy variables are set in both cases. Messages quote no value, because it may contain a
 * password.
 */
export function environmentLines(description: string): InputDefinition<Variables | undefined> {
  return {
    takes: 'lines `NAME=value`',
    description,
    parse(text) {
      const lines = text.split('\n').map((line, index) => ({ line: line.trim(), number: index + 1 }));
      const wanted = lines.filter(({ line }) => line !== '' && !line.startsWith('#'));
      const bad = wanted.filter(({ line }) => !/^[A-Za-z_]\w*=/.test(line)).map(({ number }) => number);
      if (bad.length > 0) throw new BadValue(LINES, `no NAME=value in line ${bad.join(', ')}`);
      const variables = wanted.map(({ line, number }) => {
        const [, name = '', value = ''] = /^(\w+)=(.*)$/.exec(line) ?? [];
        if (!RESERVED.test(name)) return [name, value] as const;
        throw new BadValue('names that the boot agent does not set itself', `${name} in line ${number}`);
      });
      return withBothCases(Object.fromEntries(variables));
    },
  };
}

function withBothCases(variables: Variables): Variables {
  const proxies = Object.entries(variables).filter(([name]) => PROXY.test(name));
  const cased = (change: (name: string) => string) =>
    Object.fromEntries(proxies.map(([name, value]) => [change(name), value]));
  return { ...cased((name) => name.toLowerCase()), ...cased((name) => name.toUpperCase()), ...variables };
}

const PEM = 'certificates in PEM, each as base64 between `-----BEGIN CERTIFICATE-----` and `-----END CERTIFICATE-----`';

/** Certificates in PEM, with any text between them except other kinds of PEM. The value is the DER of each. */
export function certificates(description: string): InputDefinition<readonly Uint8Array[] | undefined> {
  return {
    takes: 'PEM',
    description,
    parse(text) {
      // Secret stores write line breaks as `\n`.
      const lines = text.replaceAll('\\n', '\n').split('\n');
      const found = new Map<string, Uint8Array>();
      /** The line number of the BEGIN that has no END yet; 0 outside of a certificate. */
      let begun = 0;
      for (const [index, line] of lines.map((one) => one.trim()).entries()) {
        const number = index + 1;
        const [, edge, kind] = /^-+(BEGIN|END) (.*?)-+$/.exec(line) ?? [];
        if (edge !== undefined) {
          if (kind !== 'CERTIFICATE') throw new BadValue(PEM, `a ${kind} in line ${number}`);
          if ((edge === 'BEGIN') === begun > 0) throw new BadValue(PEM, `${edge} out of order in line ${number}`);
          if (edge === 'END') {
            const certificate = readCertificate(lines.slice(begun, index), begun);
            found.set(Buffer.from(certificate).toString('base64'), certificate);
          }
          begun = edge === 'BEGIN' ? number : 0;
        } else if (begun > 0 && !/^([A-Za-z0-9+/]+={0,2})?$/.test(line)) {
          throw new BadValue(PEM, `something other than base64 in line ${number}`);
        }
      }
      if (begun > 0) throw new BadValue(PEM, `no END for the certificate that begins in line ${begun}`);
      if (found.size === 0) throw new BadValue(PEM, 'without any certificate');
      return [...found.values()];
    },
  };
}

/** @param begun the number of the BEGIN line */
function readCertificate(lines: readonly string[], begun: number): Uint8Array {
  try {
    return new X509Certificate(Buffer.from(lines.join(''), 'base64')).raw;
  } catch {
    throw new BadValue(PEM, `no X.509 certificate in what begins in line ${begun}`);
  }
}
