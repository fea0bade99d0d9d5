import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { findNode24 } from '../node24/nodes.js';

const bundle = fileURLToPath(new URL('../../dist/stop-runner.js', import.meta.url));
const run = promisify(execFile);
const expiration = '2099-01-01T00:00:00Z';

let home: string;
let url: string;
let server: http.Server;
/** The access key ids that signed requests to EC2. */
let signers: string[];

/** The answers of every service that the SDK asks for credentials. EC2's requests are refused and their signer noted. */
const answers: Readonly<Record<string, string>> = {
  'GET /container': JSON.stringify({
    AccessKeyId: 'CONTAINER',
    SecretAccessKey: 's',
    Token: 't',
    Expiration: expiration,
  }),
  'PUT /latest/api/token': 'token',
  'GET /latest/meta-data/iam/security-credentials/': 'role',
  'GET /latest/meta-data/iam/security-credentials/role': JSON.stringify({
    Code: 'Success',
    AccessKeyId: 'IMDS',
    SecretAccessKey: 's',
    Token: 't',
    Expiration: expiration,
  }),
};
const assumed = `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>WEBIDENTITY</AccessKeyId><SecretAccessKey>s</SecretAccessKey>
  <SessionToken>t</SessionToken><Expiration>${expiration}</Expiration></Credentials></AssumeRoleWithWebIdentityResult>
</AssumeRoleWithWebIdentityResponse>`;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'credentials-'));
  signers = [];
  server = http.createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const signer = /Credential=([^/]+)\//.exec(request.headers.authorization ?? '')?.[1];
      if (Buffer.concat(parts).toString().includes('AssumeRoleWithWebIdentity')) return response.end(assumed);
      if (signer) signers.push(signer);
      const answer = answers[`${request.method} ${request.url?.split('?')[0]}`];
      return response.writeHead(answer === undefined ? 400 : 200).end(answer);
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(home, { recursive: true });
});

function write(name: string, text: string): string {
  mkdirSync(join(home, name, '..'), { recursive: true });
  writeFileSync(join(home, name), text);
  return join(home, name);
}

const profile = (text: string): Record<string, string> => ({
  AWS_CONFIG_FILE: write('config', `[profile one]\n${text}`),
  AWS_SHARED_CREDENTIALS_FILE: write('credentials', ''),
  AWS_PROFILE: 'one',
});

/** A profile of IAM Identity Center, with the token of a sign-in in a browser. */
function signIn(): Record<string, string> {
  const name = createHash('sha1').update('session').digest('hex');
  const token = { startUrl: 'https://sso.test', region: 'us-east-1', accessToken: 'a', expiresAt: expiration };
  write(`.aws/sso/cache/${name}.json`, JSON.stringify(token));
  const session = '[sso-session session]\nsso_region = us-east-1\nsso_start_url = https://sso.test\n';
  return profile(`sso_session = session\nsso_account_id = 123456789012\nsso_role_name = r\n${session}`);
}

/** The environments, by the access key id that each leads to. */
const sources: Readonly<Record<string, () => Record<string, string>>> = {
  ENVIRONMENT: () => ({ AWS_ACCESS_KEY_ID: 'ENVIRONMENT', AWS_SECRET_ACCESS_KEY: 's' }),
  PROFILE: () => profile('aws_access_key_id = PROFILE\naws_secret_access_key = s\n'),
  PROCESS: () => {
    const answer = { Version: 1, AccessKeyId: 'PROCESS', SecretAccessKey: 's' };
    return profile(`credential_process = cat ${write('process.json', JSON.stringify(answer))}\n`);
  },
  WEBIDENTITY: () => ({
    AWS_WEB_IDENTITY_TOKEN_FILE: write('token', 'jwt'),
    AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/r',
  }),
  CONTAINER: () => ({ AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/container` }),
  IMDS: () => ({ AWS_EC2_METADATA_SERVICE_ENDPOINT: url }),
};

describe('The bundle finds AWS credentials:', () => {
  const environment = (more: Record<string, string>) => ({
    PATH: process.env['PATH'],
    HOME: home,
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL: url,
    AWS_MAX_ATTEMPTS: '1',
    GITHUB_REPOSITORY: 'octo-org/octo-repo',
    GITHUB_RUN_ID: '1',
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_JOB: 'build',
    GITHUB_SHA: '0'.repeat(40),
    'INPUT_GITHUB-TOKEN': 'ghp_0',
    GITHUB_API_URL: url,
    ...more,
  });

  test.each(Object.entries(sources))('%s', async (accessKeyId, prepare) => {
    const env = environment(prepare());
    await expect(run(findNode24(), [bundle], { env })).rejects.toMatchObject({ code: 1 });
    expect(new Set(signers)).toEqual(new Set([accessKeyId]));
  });

  test('a profile that needs a browser is refused, with a hint what to do instead', async () => {
    const env = environment(signIn());
    await expect(run(findNode24(), [bundle], { env })).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringMatching(
        /^::error::There are no usable AWS credentials: .*export-credentials.*aws-no-credentials/m,
      ),
    });
    expect(signers).toEqual([]);
  });
});
