import { Params } from '../../sandbox/ec2/query/params.js';
import { runInstances } from '../../sandbox/ec2/routes/launch/run-instances.js';
import type { InstanceRecord } from '../../sandbox/ec2/world/records.js';
import { seed, type Sandbox } from '../../sandbox/sandbox.js';

/** An age that exceeds every grace period, in ms. */
export const LEFT_BEHIND_MS = 3_600_000;

/**
 * Adds others' instances and runners, which resemble ours as closely as possible: another repository's, those of another
 * run of our repository, and an untagged instance. The other run of ours is completed and its instance has expired, but
 * its runner is still busy with a job, which ends when a step touches the instance.
 */
export async function settleIn(sandbox: Sandbox): Promise<void> {
  const { github, ec2 } = sandbox;
  const { GITHUB_RUN_ID: ourRun = '' } = sandbox.environment;
  github.runs.set(111, { ...github.runs.get(github.runId)!, id: 111, status: 'completed', conclusion: 'failure' });
  const theirs = await registerRunner(sandbox, 'octo-org/other-repo', { name: `ec2-${ourRun}-1-start-00000000-0` });
  const neighbor = await registerRunner(sandbox, github.repository, { name: 'ec2-111-1-start-00000000-0' });
  await registerRunner(sandbox, github.repository, { name: 'build-box' });
  for (const id of [theirs, neighbor]) github.connectRunner(id, { busy: id === neighbor });
  const place = (details: { repository: string; run: string; runner: number; expiresInMs: number }) =>
    launch(ec2, {
      'ci-actions:repository': details.repository,
      'ci-actions:scope': `repo:${details.repository}`,
      'ci-actions:run-id': details.run,
      'ci-actions:run-attempt': '1',
      'ci-actions:start': '00000000',
      'ci-actions:runner-id': String(details.runner),
      'ci-actions:runner-name': `ec2-${details.run}-1-start-00000000-0`,
      'ci-actions:expires-at': new Date(Date.now() + details.expiresInMs).toISOString(),
    });
  place({ repository: 'octo-org/other-repo', run: ourRun, runner: theirs, expiresInMs: -LEFT_BEHIND_MS });
  place({ repository: github.repository, run: '111', runner: neighbor, expiresInMs: -LEFT_BEHIND_MS });
  launch(ec2, { Name: 'somebody' });
  const running = () => ec2.instances().every(({ state }) => state === 'running');
  while (!running()) await new Promise<void>((done) => void sandbox.on(() => done()));
}

/** Another run of our repository, which goes on. */
const HOLDING_RUN = 113;

/** A running instance of another run of our repository. */
export function placeHolder({ ec2, github }: Sandbox): InstanceRecord {
  github.runs.set(HOLDING_RUN, { ...github.runs.get(github.runId)!, id: HOLDING_RUN });
  launch(ec2, {
    'ci-actions:repository': github.repository,
    'ci-actions:scope': `repo:${github.repository}`,
    'ci-actions:run-id': `${HOLDING_RUN}`,
    'ci-actions:run-attempt': '1',
    'ci-actions:start': '00000000',
    'ci-actions:expires-at': new Date(Date.now() + 6 * LEFT_BEHIND_MS).toISOString(),
  });
  return Object.assign(ec2.instances().at(-1)!, { state: 'running' as const });
}

function launch(ec2: Sandbox['ec2'], tags: Readonly<Record<string, string>>): void {
  const form = new URLSearchParams({ ImageId: seed.UBUNTU_AMD64_IMAGE, InstanceType: 't3.micro' });
  form.set('MinCount', '1');
  form.set('MaxCount', '1');
  form.set('TagSpecification.1.ResourceType', 'instance');
  for (const [index, [key, value]] of Object.entries(tags).entries()) {
    form.set(`TagSpecification.1.Tag.${index + 1}.Key`, key);
    form.set(`TagSpecification.1.Tag.${index + 1}.Value`, value);
  }
  runInstances(ec2, Params.parse(form.toString()));
}

/** Registers a runner just in time. @returns its id */
export async function registerRunner(
  sandbox: Sandbox,
  repository: string,
  { name, labels = ['theirs'] }: { readonly name: string; readonly labels?: readonly string[] },
): Promise<number> {
  const url = `${sandbox.githubUrl}/repos/${repository}/actions/runners/generate-jitconfig`;
  const body = JSON.stringify({ name, labels, runner_group_id: 1 });
  const headers = { authorization: `Bearer ${sandbox.token}`, 'content-type': 'application/json' };
  const answer = await fetch(url, { method: 'POST', headers, body });
  return ((await answer.json()) as { runner: { id: number } }).runner.id;
}
