import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const repository = fileURLToPath(new URL('../..', import.meta.url));
const START_MS = 60_000;

/** The machine on which Packer builds: a tree with an SSH server that accepts the account's key pairs. */
export interface BuilderMachine {
  readonly port: number;
  readonly root: string;
  /** `NAME=VALUE` settings with which ami/provision works without a cloud's network. */
  readonly environment: readonly string[];
  stop(): Promise<void>;
}

/** @param ec2 the endpoint for the account's public keys, which cloud-init would read from the instance metadata */
export async function startBuilderMachine(ec2: string): Promise<BuilderMachine> {
  const folder = mkdtempSync(join(tmpdir(), 'ami-packer-'));
  const root = join(folder, 'root');
  await run(join(repository, 'test/boot/install.sh'));
  await run(join(repository, 'test/boot/tree.sh'), [root, 'amd64'], { maxBuffer: 1e8 });
  const port = await findFreePort();
  const inTree = ['--quiet', '--register=no', '--keep-unit', '--pipe', `--directory=${root}`];
  writeFileSync(join(root, 'opt/keys.sh'), renderKeyLookup(ec2), { mode: 0o755 });
  writeFileSync(join(root, 'opt/prepare.sh'), PREPARE, { mode: 0o755 });
  await run('systemd-nspawn', [...inTree, 'bash', '/opt/prepare.sh']);
  const server = spawn(
    'systemd-nspawn',
    // Only sshd and the provisioning write to /run and /tmp of the tree.
    [
      ...inTree,
      '--resolv-conf=replace-host',
      '--bind-ro=/etc/ssl/certs/ca-certificates.crt',
      'bash',
      '-c',
      'mkdir -p /run/sshd && exec /usr/sbin/sshd "$@"',
      'sshd',
      ...sshd(port),
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  await waitUntilListening(server);
  return {
    port,
    root,
    environment: listEnvironment(root),
    async stop() {
      server.kill();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Like Ubuntu's images, the tree gets a user with sudo rights. */
const PREPARE = `set -e
id ubuntu 2>/dev/null || useradd --create-home --shell /bin/bash ubuntu
usermod --password '*' ubuntu
echo 'ubuntu ALL=(ALL) NOPASSWD:ALL' >/etc/sudoers.d/90-ubuntu
ssh-keygen -q -t ed25519 -N '' -f /opt/host-key
`;

function renderKeyLookup(ec2: string): string {
  const query = 'Action=DescribeKeyPairs&Version=2016-11-15&IncludePublicKey=true';
  const signature =
    'AWS4-HMAC-SHA256 Credential=machine/20260101/us-east-1/ec2/aws4_request, SignedHeaders=host, Signature=0';
  return `#!/bin/bash
curl -sSf '${ec2}' -H 'Authorization: ${signature}' -d '${query}' | grep -oP '(?<=<publicKey>)[^<]+'
`;
}

function sshd(port: number): string[] {
  const options = {
    ListenAddress: '127.0.0.1',
    AuthorizedKeysCommand: '/opt/keys.sh',
    AuthorizedKeysCommandUser: 'root',
    UsePAM: 'no',
    PidFile: 'none',
  };
  return [
    '-D',
    '-e',
    '-p',
    `${port}`,
    '-h',
    '/opt/host-key',
    ...Object.entries(options).map(([key, value]) => `-o${key}=${value}`),
  ];
}

async function waitUntilListening(server: ReturnType<typeof spawn>): Promise<void> {
  let output = '';
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`sshd did not start within ${START_MS} ms: ${output}`)), START_MS);
    server.once('error', reject);
    server.once('exit', () => reject(new Error(`sshd ended: ${output}`)));
    server.stderr!.on('data', (data: Buffer) => {
      output += data.toString();
      if (!output.includes('Server listening')) return;
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Settings for the distribution's packages, the runner in the tree, and this machine's access to package registries. */
function listEnvironment(root: string): string[] {
  const sha256 = readFileSync(join(root, 'opt/actions-runner/.archive-sha256'), 'utf8').trim();
  const registrySettings = Object.entries(process.env).filter(([name]) =>
    /^((https?|all|no)_proxy|pip_.*|uv_.*|ssl_cert_file)$/i.test(name),
  );
  return [
    'CI_ACTIONS_DOCKER_SOURCE=distribution',
    'CI_ACTIONS_PYTHON=distribution',
    'CI_ACTIONS_RUNNER_URL=file:///not/fetched/again',
    `CI_ACTIONS_RUNNER_SHA256=${sha256}`,
    ...registrySettings.map(([name, value]) => `${name}=${value}`),
  ];
}

async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
