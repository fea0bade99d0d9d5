import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from '@jest/globals';
import { setAwsEnvironment } from '../contract/aws-environment.js';

/** moto's server: an independent implementation of EC2 and SSM. `scripts/peers.sh` installs it. */
export interface Moto {
  readonly url: string;
  /** Resets the account, so that it contains only the default VPC. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL('../../.peers/venv/bin/moto_server', import.meta.url));
/** Without these settings moto accepts any image, instance type and key pair. */
const CHECKS = {
  MOTO_ENABLE_AMI_VALIDATION: 'true',
  MOTO_EC2_ENABLE_INSTANCE_TYPE_VALIDATION: 'true',
  MOTO_ENABLE_KEYPAIR_VALIDATION: 'true',
};
const START_MS = 60_000;

/** @param settings additional environment variables for moto */
export async function startMoto(settings: Readonly<Record<string, string>> = {}): Promise<Moto> {
  if (!existsSync(PROGRAM)) throw new Error('moto is not installed: run scripts/peers.sh first.');
  // Port 0: the kernel chooses a free port, and the server prints it.
  const env = { ...process.env, ...CHECKS, ...settings };
  const server = spawn(PROGRAM, ['-H', '127.0.0.1', '-p', '0'], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    let output = '';
    const timer = setTimeout(() => reject(new Error(`moto did not start within ${START_MS} ms: ${output}`)), START_MS);
    server.once('error', reject);
    server.once('exit', () => reject(new Error(`moto ended: ${output}`)));
    server.stderr.on('data', (data: Buffer) => {
      output = (output + data.toString()).slice(-2_000);
      const address = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(output)?.[1];
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

/** Starts one moto for a test file, and sets AWS_ENDPOINT_URL to it. @returns a function that resets the account */
export function useMoto(): () => Promise<void> {
  let moto: Moto | undefined;
  beforeAll(async () => {
    moto = await startMoto();
    setAwsEnvironment({ AWS_ENDPOINT_URL: moto.url, AWS_REGION: 'us-east-1' });
  }, 90_000);
  afterAll(() => moto?.stop(), 30_000);
  return async () => moto?.reset();
}
