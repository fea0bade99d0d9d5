import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { seed, type RecordedRequest, type Sandbox } from '../../sandbox/sandbox.js';

type Instance = ReturnType<Sandbox['ec2']['instance']>;

/** An action that starts a runner, and everything the bench needs to measure it. */
export interface Contender {
  readonly name: string;
  readonly script: string;
  readonly inputs: Readonly<Record<string, string>>;
  /** Inputs that make the action notice a runner as early as possible. */
  readonly fastest?: Readonly<Record<string, string>>;
  /** The id of the runner that a launched instance brings online. Registers the runner if it is not registered yet. */
  readonly findRunner: (sandbox: Sandbox, instance: Instance) => number | Promise<number>;
}

const root = fileURLToPath(new URL('../..', import.meta.url));

export const ours: Contender = {
  name: 'start-runner',
  script: join(root, 'dist/start-runner.js'),
  inputs: readDefaults(join(root, 'start-runner/action.yml')),
  findRunner: (_, { id, tags }) => {
    const runner = Number(tags.get('ci-actions:runner-id'));
    if (!(runner > 0)) throw new Error(`Instance ${id} doesn't say which runner it is for.`);
    return runner;
  },
};

/** The stop of the same project. */
export const oursToStop = {
  script: join(root, 'dist/stop-runner.js'),
  inputs: readDefaults(join(root, 'stop-runner/action.yml')),
} as const;

const PEER_LABEL = 'bench';
const USER_AGENT = 'ci-actions-bench';

/** Whether the request came from the bench, in place of an instance. */
export function isOwnRequest({ headers }: RecordedRequest): boolean {
  return headers['user-agent'] === USER_AGENT;
}

/** ec2-github-runner with its default inputs, and with its two waits of one second, the shortest it allows. */
export function listPeers(script: string): readonly Contender[] {
  const inputs = {
    ...readDefaults(join(dirname(script), '..', 'action.yml')),
    mode: 'start',
    label: PEER_LABEL,
    'ec2-image-id': seed.UBUNTU_AMD64_IMAGE,
    'ec2-instance-type': 't3.xlarge',
    'subnet-id': seed.SUBNET_A,
    'security-group-id': seed.RUNNER_GROUP,
  };
  const waits = { 'startup-quiet-period-seconds': '1', 'startup-retry-interval-seconds': '1' };
  return [
    { name: 'ec2-github-runner', script, inputs, fastest: waits, findRunner: registerRunner },
    { name: 'ec2-github-runner, 1 s waits', script, inputs: { ...inputs, ...waits }, findRunner: registerRunner },
  ];
}

/** Instances of ec2-github-runner register themselves at the end of the boot. Their user data is not run here: see docs/inside/bench.md. */
async function registerRunner({ githubUrl, github, token }: Sandbox): Promise<number> {
  const response = await fetch(`${githubUrl}/repos/${github.repository}/actions/runners/generate-jitconfig`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'user-agent': USER_AGENT },
    body: JSON.stringify({ name: `ec2-${PEER_LABEL}`, runner_group_id: 1, labels: [PEER_LABEL], work_folder: '_work' }),
  });
  if (response.status !== 201) throw new Error(`No runner for the peer: ${response.status} ${await response.text()}`);
  return ((await response.json()) as { runner: { id: number } }).runner.id;
}

/** The default inputs from action.yml, as GitHub fills them in. */
function readDefaults(path: string): Record<string, string> {
  const { inputs } = parse(readFileSync(path, 'utf8')) as {
    inputs: Record<string, { default?: string | number | boolean } | null>;
  };
  return Object.fromEntries(
    Object.entries(inputs).flatMap(([name, input]) =>
      input?.default === undefined ? [] : [[name, `${input.default}`]],
    ),
  );
}
