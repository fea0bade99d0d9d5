import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2';
import { seed, type Sandbox } from '../../sandbox/sandbox.js';
import { runStep } from '../../sandbox/step.js';
import { findNode24 } from '../node24/nodes.js';

export type Inputs = Readonly<Record<string, string>>;

/** One way from an instance's launch to an online runner. */
export interface Path {
  readonly title: string;
  /** Turns the disk of one of this suite's images into the start of this path. */
  readonly prepare: (root: string) => void;
  /** Does not wait for the runner. @returns the runner's label. @param inputs those of start-runner */
  readonly launch: (sandbox: Sandbox, inputs: Inputs) => Promise<string>;
}

export type PathName = 'agent' | 'stock' | 'cloud-final';

export const paths: Readonly<Record<PathName, Path>> = {
  agent: {
    title: 'an image of this suite: the agent starts by its early unit, the runner is baked in',
    prepare: () => {},
    launch: start,
  },
  stock: {
    title: 'a stock image: cloud-init runs the user data, which installs agent and runner',
    prepare(root) {
      removeAgent(root);
      rmSync(join(root, 'opt/actions-runner'), { recursive: true });
    },
    launch: (sandbox, inputs) => start(sandbox, { ...inputs, 'ec2-image-id': seed.UBUNTU_AMD64_IMAGE }),
  },
  'cloud-final': {
    title: "ec2-github-runner's way: cloud-init's runcmd, then config.sh and run.sh of a runner that is baked in",
    prepare: removeAgent,
    launch: launchWithRuncmd,
  },
};

function removeAgent(root: string): void {
  execFileSync('systemctl', ['--quiet', `--root=${root}`, 'disable', 'ci-actions-agent.service']);
  rmSync(join(root, 'etc/systemd/system/ci-actions-agent.service'));
  rmSync(join(root, 'opt/ci-actions'), { recursive: true });
}

/** This suite's action, with `wait-for: launched`. */
async function start(sandbox: Sandbox, inputs: Inputs): Promise<string> {
  const { code, outputs, lines } = await runStep({
    node: findNode24(),
    script: 'dist/start-runner.js',
    inputs: { 'github-token': sandbox.token, 'wait-for': 'launched', ...inputs },
    environment: sandbox.environment,
  });
  if (code !== 0 || !outputs['label']) throw new Error(lines.join('\n'));
  return outputs['label'];
}

let launches = 0;

/** The equivalent of ec2-github-runner: a registration token in a cloud-config. */
async function launchWithRuncmd(sandbox: Sandbox): Promise<string> {
  const { githubUrl, token, github } = sandbox;
  const label = `runcmd-${++launches}`;
  const asked = await fetch(`${githubUrl}/repos/${github.repository}/actions/runners/registration-token`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
  });
  if (asked.status !== 201) throw new Error(`registration-token: ${asked.status} ${await asked.text()}`);
  const registration = ((await asked.json()) as { token: string }).token;
  const url = `${githubUrl}/${github.repository}`;
  const config = [
    '#cloud-config',
    'write_files:',
    '  - path: /opt/runner-setup.sh',
    "    permissions: '0755'",
    '    content: |',
    '      #!/bin/bash',
    '      set -e',
    '      cd /opt/actions-runner',
    '      export RUNNER_ALLOW_RUNASROOT=1',
    `      ./config.sh --unattended --replace --url ${url} --token ${registration} --labels ${label} --name ${label}`,
    '      ./run.sh',
    'runcmd:',
    '  - nohup /opt/runner-setup.sh >/var/log/runner-setup.log 2>&1 &',
    '',
  ];
  await runInstance(sandbox, config.join('\n'));
  return label;
}

/** An instance with this user data and the tree as its disk. */
export async function runInstance(sandbox: Sandbox, userData: string | Uint8Array): Promise<void> {
  const ec2 = new EC2Client({
    endpoint: sandbox.awsUrl,
    region: sandbox.region,
    credentials: { accessKeyId: 'AKIASANDBOX', secretAccessKey: 'secret' },
  });
  await ec2.send(
    new RunInstancesCommand({
      ImageId: seed.UBUNTU_AMD64_IMAGE,
      InstanceType: 't3.xlarge',
      SubnetId: seed.SUBNET_A,
      MinCount: 1,
      MaxCount: 1,
      UserData: Buffer.from(userData).toString('base64'),
      InstanceInitiatedShutdownBehavior: 'terminate',
    }),
  );
  ec2.destroy();
}
