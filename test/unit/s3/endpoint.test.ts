import { createHash, createHmac } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { encodeKey, toEndpoint } from '../../../src/s3/endpoint.js';
import { S3Requests, type Handler } from '../../../src/s3/requests.js';
import { parseXml, textOf } from '../../../src/s3/xml.js';

describe('Requests for a bucket go', () => {
  test.each([
    ['ci', 'us-east-1', {}, 'https://ci.s3.us-east-1.amazonaws.com'],
    ['a.b', 'eu-west-1', {}, 'https://s3.eu-west-1.amazonaws.com/a.b'],
    ['ci', 'cn-north-1', {}, 'https://ci.s3.cn-north-1.amazonaws.com.cn'],
    ['ci', 'us-east-1', { AWS_ENDPOINT_URL: 'http://localhost:5000/' }, 'http://localhost:5000/ci'],
    ['ci', 'us-east-1', { AWS_ENDPOINT_URL: 'http://x', AWS_ENDPOINT_URL_S3: 'https://y/s3' }, 'https://y/s3/ci'],
  ])('%s in %s with %j: to %s', (bucket, region, env, expected) => {
    const { protocol, hostname, port, base } = toEndpoint(bucket, region, env);
    expect(`${protocol}//${hostname}${port ? `:${port}` : ''}${base}`).toBe(expected);
  });

  test('nowhere with an endpoint that is no URL', () => {
    for (const given of ['localhost:5000', 'http://', 's3'])
      expect(() => toEndpoint('ci', 'us-east-1', { AWS_ENDPOINT_URL_S3: given })).toThrow(
        expect.objectContaining({ code: 'setting-unusable' }),
      );
  });
});

test('A key is encoded as S3 signs it', () => {
  expect(encodeKey(`a b/ü+~_.-!'()*/x`)).toBe('a%20b/%C3%BC%2B~_.-%21%27%28%29%2A/x');
});

test('An answer without an end is an error', () => {
  expect(textOf(parseXml('<a><b>1 &amp; 2</b></a>'), 'b')).toBe('1 & 2');
  for (const text of ['', '<a><b>1', 'busy', '<a></b>']) expect(() => parseXml(text)).toThrow();
});

/** The example of "Signature calculations for the Authorization header" in Amazon's S3 API reference. */
describe("The signature is that of S3's documentation", () => {
  const EXAMPLE = {
    credentials: async () => ({
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    }),
    clock: { now: () => Date.parse('2013-05-24T00:00:00Z'), sleep: async () => undefined },
    endpoint: () => ({ protocol: 'https:', hostname: 'examplebucket.s3.amazonaws.com', base: '' }),
    bucket: 'examplebucket',
    region: 'us-east-1',
    random: () => 0,
  };

  test.each([
    ['?lifecycle', { lifecycle: '' }, 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543'],
    [
      '?max-keys=2&prefix=J',
      { 'max-keys': '2', prefix: 'J' },
      '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
    ],
  ])('GET /%s', async (_, query, signature) => {
    let authorization = '';
    const handler: Handler = {
      handle: async ({ headers }) => {
        authorization = headers['authorization'] ?? '';
        return { response: { statusCode: 200, headers: {} } };
      },
    };
    const requests = new S3Requests({ ...EXAMPLE, handler });
    await requests.ask({ action: 's3:Get', method: 'GET', query }, () => undefined);
    expect(authorization).toContain(`Signature=${signature}`);
  });

  test('for a key with characters that are encoded, once', async () => {
    let sent: Parameters<Handler['handle']>[0] | undefined;
    const handler: Handler = {
      handle: async (request) => {
        sent = request;
        return { response: { statusCode: 200, headers: {} } };
      },
    };
    const requests = new S3Requests({ ...EXAMPLE, handler });
    await requests.ask({ action: 's3:Get', method: 'GET', key: 'a b/test$file.text' }, () => undefined);
    const { headers, path } = sent!;
    expect(path).toBe('/a%20b/test%24file.text');
    const names = ['host', 'x-amz-content-sha256', 'x-amz-date'];
    const canonical = ['GET', path, '', ...names.map((name) => `${name}:${headers[name]}`), '', names.join(';')];
    const request = [...canonical, headers['x-amz-content-sha256']].join('\n');
    expect(headers['authorization']).toContain(`Signature=${sign(request)}`);
  });
});

/** The signature of a canonical request, by the documentation alone. */
function sign(canonicalRequest: string): string {
  const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
  const scope = ['20130524', 'us-east-1', 's3', 'aws4_request'];
  const key = scope.reduce<string | Buffer>(hmac, 'AWS4wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY');
  const hash = createHash('sha256').update(canonicalRequest).digest('hex');
  return hmac(key, ['AWS4-HMAC-SHA256', '20130524T000000Z', scope.join('/'), hash].join('\n')).toString('hex');
}
