import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from '@jest/globals';
import { setAwsEnvironment } from '../contract/aws-environment.js';

/** moto's server: an EC2 and SSM that nobody of this suite wrote. `scripts/peers.sh` installs it. */
export interface Moto {
  readonly url: string;
  /** Back to an account with nothing but the default VPC. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL('../../.peers/venv/bin/moto_server', import.meta.url));
/** moto believes any image, type and key pair unless told to look. */
const CHECKS = {
  MOTO_ENABLE_AMI_VALIDATION: 'true',
  MOTO_EC2_ENABLE_INSTANCE_TYPE_VALIDATION: 'true',
  MOTO_ENABLE_KEYPAIR_VALIDATION: 'true',
};
const START_MS = 60_000;

/** @param settings further variables of moto's */
export async function startMoto(settings: Readonly<Record<string, string>> = {}): Promise<Moto> {
  if (!existsSync(PROGRAM)) throw new Error('moto is not installed: run scripts/peers.sh first.');
  // Port 0: the kernel picks a free one, which the server prints.
  const env = { ...process.env, ...CHECKS, ...settings };
  const server = spawn(PROGRAM, ['-H', '127.0.0.1', '-p', '0'], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    let said = '';
    const timer = setTimeout(() => reject(new Error(`moto did not start within ${START_MS} ms: ${said}`)), START_MS);
    server.once('error', reject);
    server.once('exit', () => reject(new Error(`moto ended: ${said}`)));
    server.stderr.on('data', (data: Buffer) => {
      said = (said + data.toString()).slice(-2_000);
      const address = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(said)?.[1];
      if (!address) return;
      clearTimeout(timer);
      resolve(address);
    });
  });
  return {
    url,
    async reset() {
      const answer = await fetch(`${url}/moto-api/reset`, { method: 'POST' });
      if (!answer.ok) throw new Error(`moto did not reset: ${answer.status}`);
    },
    async stop() {
      server.kill();
      await ended;
    },
  };
}

/** One moto for a test file, in whose environment every AWS client finds it. @returns how to get an empty account */
export function useMoto(): () => Promise<void> {
  let moto: Moto | undefined;
  beforeAll(async () => {
    moto = await startMoto();
    setAwsEnvironment({ AWS_ENDPOINT_URL: moto.url, AWS_REGION: 'us-east-1' });
  }, 90_000);
  afterAll(() => moto?.stop(), 30_000);
  return async () => moto?.reset();
}
