import { generateKeyPairSync, sign } from 'node:crypto';

/** Makes a self-signed certificate for one host, with Node alone: X.509 v3 (RFC 5280), EC P-256, 25 years. */
export function createCertificate(host: string): { readonly key: string; readonly cert: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ecdsaWithSha256 = sequence(hex('06082a8648ce3d040302'));
  const name = sequence(tlv(0x31, sequence(hex('0603550403'), tlv(0x0c, Buffer.from(host)))));
  const subjectAlternativeName = sequence(hex('0603551d11'), tlv(0x04, sequence(tlv(0x82, Buffer.from(host)))));
  const body = sequence(
    hex('a003020102'),
    hex('020101'),
    ecdsaWithSha256,
    name,
    sequence(tlv(0x17, Buffer.from('250101000000Z')), tlv(0x17, Buffer.from('491231235959Z'))),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tlv(0xa3, sequence(subjectAlternativeName)),
  );
  const signature = tlv(0x03, Buffer.concat([Buffer.from([0]), sign('sha256', body, privateKey)]));
  const der = sequence(body, ecdsaWithSha256, signature);
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    cert: `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replace(/(.{64})/g, '$1\n')}\n-----END CERTIFICATE-----\n`,
  };
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tlv(0x30, Buffer.concat(parts));
}

/** DER's tag, length, value. */
function tlv(tag: number, value: Buffer): Buffer {
  const { length } = value;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), value]);
}

function hex(digits: string): Buffer {
  return Buffer.from(digits, 'hex');
}
