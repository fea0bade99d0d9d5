import { describe, expect, test } from '@jest/globals';
import { explainRunners } from '../../../../src/core/diagnosis/explain.js';
import { reportExplanations } from '../../../../src/core/diagnosis/explanation.js';
import type { Instance } from '../../../../src/core/ports/ec2.js';
import type { Runner } from '../../../../src/core/ports/github.js';
import { createCloud } from '../../../worlds/cloud.js';
import { FAKE_START } from '../../../worlds/fake-clock.js';

const MINUTE = 60_000;
const POWERED_OFF = 'Client.InstanceInitiatedShutdown: Instance initiated shutdown';

const phase = (name: string, detail = ''): string =>
  `ci-actions phase=${name} uptime=12.34 at=${new Date(FAKE_START + 12_000).toISOString()}${detail && ` ${detail}`}\n`;

/** Explains one instance, launched when the fake clock began, and its runner, which GitHub lists as offline. */
async function explain(facts: {
  readonly instance?: Partial<Instance>;
  readonly runner?: Partial<Runner> | 'unlisted';
  /** Further runners that GitHub lists. */
  readonly others?: readonly Runner[];
  readonly ageMs?: number;
  readonly said?: string;
}) {
  const { clock, ec2, ports } = createCloud();
  const instance: Instance = {
    id: 'i-01',
    state: 'terminated',
    ...(facts.instance?.state !== 'running' && { stateReason: POWERED_OFF }),
    type: 't3.xlarge',
    market: 'on-demand',
    launchedAt: clock.now(),
    imageId: 'ami-1',
    ...facts.instance,
    tags: { 'ci-actions:runner-id': '7', 'ci-actions:runner-name': 'ec2-a', ...facts.instance?.tags },
  };
  if (facts.said !== undefined) ec2.consoles.set(instance.id, facts.said);
  await clock.sleep(facts.ageMs ?? 0);
  const offline: Runner = { id: 7, name: 'ec2-a', status: 'offline', busy: false, labels: [] };
  const own = facts.runner === 'unlisted' ? [] : [{ ...offline, ...facts.runner }];
  const listed = [...own, ...(facts.others ?? [])];
  const found = [{ instance, region: 'us-east-1' }];
  return explainRunners(
    { found, listed, withoutInstance: [], unsearched: '', attempt: '1', areJobsOver: false },
    ports,
  );
}

const running: Partial<Instance> = { state: 'running' };

describe('No explanation is given for a runner', () => {
  test.each([
    ['that GitHub has removed, when its instance has powered itself off', { runner: 'unlisted' }],
    ['that is online', { instance: running, runner: { status: 'online' }, ageMs: 10 * MINUTE }],
    ['that is busy', { instance: running, runner: { busy: true }, ageMs: 10 * MINUTE }],
    [
      'that was online once, on an instance that this stop has ended',
      { instance: running, runner: { version: '2.336.0' }, ageMs: 10 * MINUTE },
    ],
    ['whose instance is booting', { instance: running, ageMs: MINUTE - 1 }],
    [
      'whose console shows that it was online',
      { instance: running, ageMs: 10 * MINUTE, said: phase('runner-start') + phase('listening') },
    ],
    [
      'that GitHub still lists although it has had its job',
      { said: phase('job', 'test') + phase('runner-exit', '0') + phase('power-off', 'runner exited') },
    ],
    [
      'whose instance an API call ended after GitHub had removed it',
      { instance: { stateReason: 'Client.UserInitiatedShutdown: User initiated shutdown' }, runner: 'unlisted' },
    ],
  ] as const)('%s', async (_, about) => {
    expect(await explain(about)).toEqual([]);
  });
});

describe('An explanation without a warning is given', () => {
  test('when an instance of a pool was claimed and never started', async () => {
    const instance = { state: 'stopped', tags: { 'ci-actions:pool': 'quick' } } as const;
    const [explanation] = await explain({ instance, said: phase('power-off', 'warmed up') });
    expect(explanation).toMatchObject({
      what: 'Runner ec2-a: instance i-01 was claimed from its pool and never started.',
      isTrouble: false,
    });
  });

  test('when a boot of some minutes had not ended', async () => {
    const [explanation] = await explain({
      instance: running,
      ageMs: 2 * MINUTE,
      said: phase('agent') + phase('pre-runner-script'),
    });
    expect(explanation).toMatchObject({
      isTrouble: false,
      what: expect.stringContaining('was not online 2.0 min after'),
    });
    expect(explanation!.lines[0]).toMatch(/agent 12\.0, pre-runner-script 12\.0$/);
  });

  test('when an API call had ended the instance before', async () => {
    const stateReason = 'Client.UserInitiatedShutdown: User initiated shutdown';
    expect(await explain({ instance: { stateReason } })).toMatchObject([{ isTrouble: false, lines: [] }]);
  });
});

describe('A warning is given', () => {
  test('when the runner has not connected for as long as a start would wait', async () => {
    const [explanation] = await explain({ instance: running, ageMs: 5 * MINUTE });
    expect(explanation).toMatchObject({
      isTrouble: true,
      hint: expect.stringContaining('nothing on the instance reads its user data'),
    });
  });

  test('that names the network, when the runner program was started and never connected', async () => {
    const [explanation] = await explain({ instance: running, ageMs: 6 * MINUTE, said: phase('runner-start') });
    expect(explanation).toMatchObject({ isTrouble: true, hint: expect.stringContaining('NAT gateway') });
  });

  test('when the boot agent has given up on an instance that still runs', async () => {
    const said = phase('power-off', 'pre-runner script failed with 7');
    const [explanation] = await explain({ instance: running, ageMs: 2 * MINUTE, said });
    expect(explanation).toMatchObject({ isTrouble: true, hint: expect.stringContaining('`pre-runner-script`') });
    expect(explanation!.what).toContain('pre-runner script failed with 7');
  });

  test('when EC2 ended the instance during its job', async () => {
    const stateReason = 'Server.SpotInstanceTermination: Spot instance termination';
    const [explanation] = await explain({ instance: { stateReason }, runner: { busy: true } });
    expect(explanation).toMatchObject({ isTrouble: true, what: expect.stringContaining('; its job is lost.') });
  });

  test('when EC2 ended the instance, also if GitHub has removed its runner since', async () => {
    const stateReason = 'Server.SpotInstanceTermination: Spot instance termination';
    const [explanation] = await explain({ instance: { stateReason }, runner: 'unlisted' });
    expect(explanation).toMatchObject({
      isTrouble: true,
      what: expect.stringContaining('that it may have had is lost'),
    });
  });

  test('when no job came to a runner that was online', async () => {
    const said = phase('listening') + phase('power-off', 'no job within 600 s');
    const [explanation] = await explain({ runner: { version: '2.336.0' }, said });
    expect(explanation).toMatchObject({ isTrouble: true, hint: expect.stringContaining('`idle-timeout-minutes`') });
  });

  test('with the end of the second boot of a pooled instance, not of the first', async () => {
    const warmUp = phase('warm-up') + phase('power-off', 'warmed up');
    const instance = { tags: { 'ci-actions:pool': 'quick' } };
    const [silent] = await explain({ instance, said: warmUp });
    expect(silent!.what).not.toContain('warmed up');
    const [booted] = await explain({ instance, said: warmUp + phase('agent') + phase('power-off', 'agent died') });
    expect(booted!.what).toContain('powered the instance off: agent died.');
  });
});

describe('An instance with three runners is explained once,', () => {
  const tags = { 'ci-actions:runner-id': '7 8 9', 'ci-actions:runner-name': 'ec2-a-0 -1 -2' };
  const listed = ([7, 8, 9] as const).map((id): Runner => {
    return { id, name: `ec2-a-${id - 7}`, status: 'offline', busy: false, labels: [] };
  });
  const explainThree = async (
    instance: Partial<Instance>,
    about: { runners?: readonly Runner[]; said?: string } = {},
  ) =>
    explain({
      ageMs: 10 * MINUTE,
      ...about,
      instance: { ...instance, tags },
      runner: 'unlisted',
      others: about.runners ?? listed,
    });

  test('with the runners that never came', async () => {
    const [first, second, third] = listed;
    const runners = [{ ...first!, status: 'online' }, second!, third!];
    const explanations = await explainThree(running, { runners });
    expect(explanations).toMatchObject([{ runners: ['ec2-a-1', 'ec2-a-2'], isTrouble: true }]);
    expect(explanations[0]!.what).toMatch(/^Runners ec2-a-1, ec2-a-2 were not online 10\.0 min after i-01/);
    expect(explanations[0]!.evidence).toContain('runners 8, 9 never connected');
  });

  test('with the job of each, when EC2 ended it', async () => {
    const stateReason = 'Server.SpotInstanceTermination: Spot instance termination';
    const [first, second] = listed;
    const explanations = await explainThree({ stateReason }, { runners: [{ ...first!, busy: true }, second!] });
    expect(explanations).toMatchObject([{ runners: ['ec2-a-0', 'ec2-a-1'], isTrouble: true }]);
    expect(explanations[0]!.what).toMatch(
      /^Runners ec2-a-0, ec2-a-1: .*; of ec2-a-0, its job is lost; of ec2-a-1, it had never been online\.$/,
    );
  });

  test('with all of them, when EC2 ended it and GitHub has removed them since', async () => {
    const stateReason = 'Server.SpotInstanceTermination: Spot instance termination';
    const explanations = await explainThree({ stateReason }, { runners: [] });
    expect(explanations).toMatchObject([{ runners: ['ec2-a-0', 'ec2-a-1', 'ec2-a-2'] }]);
  });

  test('with the one that is left, when it powered itself off', async () => {
    const said = phase('listening') + phase('power-off', 'no job within 600 s');
    const explanations = await explainThree({}, { runners: [listed[1]!], said });
    expect(explanations).toMatchObject([
      { runners: ['ec2-a-1'], what: expect.stringMatching(/^Runner ec2-a-1 took no/) },
    ]);
  });
});

test.each([
  [{ status: 'offline', busy: false }, '', 'was never online, and EC2 does not list an instance of it.'],
  [{ status: 'online', busy: false }, '', 'is online, and EC2 does not list an instance of it.'],
  [{ status: 'online', busy: true }, 'eu-west-1 (denied)', 'is busy, and EC2 .* could be asked. Not asked: eu-west-1'],
])(
  'A runner without an instance (%j) is a warning with its name and the latest end of its instance',
  async (state, unsearched, said) => {
    const { ports } = createCloud();
    const runner = { id: 7, name: 'ec2-a', labels: [], ...state };
    const [one, ...others] = await explainRunners(
      { found: [], listed: [runner], withoutInstance: [runner], unsearched, attempt: '1', areJobsOver: false },
      ports,
    );
    expect(others).toEqual([]);
    expect(one).toMatchObject({
      runners: ['ec2-a'],
      isTrouble: true,
      hint: expect.stringContaining('15 min after its boot'),
    });
    expect(one!.what).toMatch(new RegExp(`^Runner ec2-a ${said}`));
  },
);

test('Each thing to do is one warning, however many runners need it', async () => {
  const { log, said } = createCloud();
  const one = {
    runners: ['a'],
    what: 'It failed.',
    evidence: 'the console',
    hint: 'Do it.',
    isTrouble: true,
    lines: [],
  };
  await reportExplanations(
    [one, { ...one, hint: 'Do that.' }, one, { ...one, hint: 'Nothing.', isTrouble: false }],
    log,
  );
  const warnings = said.filter((sentence) => sentence.startsWith('warning'));
  expect(warnings).toEqual([
    'warning: It failed.\nIt failed.\nWhat to do: Do it.',
    'warning: It failed.\nWhat to do: Do that.',
  ]);
});
