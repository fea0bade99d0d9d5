import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { seed } from '../../sandbox/sandbox.js';
import { errorOf, expectCleanRecord, logOf, Scene, type Inputs } from '../worlds/sandbox/scene.js';

/** Shared by all tests, because none of these starts may have a side effect. */
let scene: Scene;
beforeAll(async () => void (scene = await Scene.open({ machines: false })));
afterAll(() => scene.close());

const numbers = 'allowed: a whole number from 1 to 100.';
const listTags =
  'allowed: a JSON list like [{"Key": "Team", "Value": "ml"}], an object like {"Team": "ml"}, or lines like Team=ml';
const label = 'allowed: up to 64 letters, digits, `.`, `_` and `-`, beginning with a letter or digit.';
const script = `echo ${'x'.repeat(20_480)}`;

interface Bad {
  readonly inputs: Inputs;
  /** The complete first line of the error. */
  readonly says: string;
}

const bad: readonly Bad[] = [
  {
    inputs: { 'ec2-instance-typ': 't3.xlarge' },
    says: '`ec2-instance-typ` is not an input; did you mean `ec2-instance-type`?',
  },
  { inputs: { count: '0' }, says: `\`count\` is "0"; ${numbers}` },
  { inputs: { count: '-1' }, says: `\`count\` is "-1"; ${numbers}` },
  { inputs: { count: 'abc' }, says: `\`count\` is "abc"; ${numbers}` },
  { inputs: { count: '1000' }, says: `\`count\` is "1000"; ${numbers}` },
  {
    inputs: { 'ec2-instance-type': 't3.xlarge,,m5.xlarge' },
    says: '`ec2-instance-type` is "t3.xlarge,,m5.xlarge"; allowed: instance types like t3.xlarge, without empty entries.',
  },
  {
    inputs: { 'aws-resource-tags': '[{"Key": "Team", "Value": "ml"},\n {"Key": "Cost" "Value": "42"}]' },
    says: `\`aws-resource-tags\` is "[{\\"Key\\": \\"Team\\", \\"Value\\": \\"ml\\"},\\n {\\"Key\\": \\"Cost\\" \\"Value\\": \\"42\\"}]"; ${listTags}; the JSON is malformed (CommaExpected at line 2, column 17).`,
  },
  {
    inputs: { 'aws-resource-tags': 'aws:team=ml' },
    says: '`aws-resource-tags` is "aws:team"; allowed: keys that do not begin with `aws:`, which AWS reserves.',
  },
  {
    inputs: { 'aws-resource-tags': `Team=${'m'.repeat(257)}` },
    says: `\`aws-resource-tags\` is "Team=${'m'.repeat(72)}…"; allowed: values of at most 256 characters.`,
  },
  { inputs: { label: 'my label' }, says: `\`label\` is "my label"; ${label}` },
  { inputs: { label: 'l'.repeat(65) }, says: `\`label\` is "${'l'.repeat(65)}"; ${label}` },
  {
    inputs: { 'pre-runner-script': script },
    says: '`pre-runner-script` is "a script of 20485 bytes"; allowed: at most 16384 bytes (EC2\'s limit on user data; the runner\'s configuration takes up about a third of it); let the script download what it needs.',
  },
  {
    inputs: { 'github-token': '' },
    says: '`github-token` is empty; allowed: a personal access token, or `app-id` with `app-private-key`. (A secret that does not exist arrives as an empty text.)',
  },
  { inputs: { 'app-id': '1234' }, says: 'Both `github-token` and a GitHub App are set; allowed: one of them.' },
  { inputs: { 'github-token': '', 'app-id': '1234' }, says: '`app-id` is set without `app-private-key`.' },
  {
    inputs: { 'keep-minutes': '480' },
    says: '`keep-minutes` is 480; allowed: at most `max-lifetime-minutes`, which is 360 and ends the machine.',
  },
  {
    inputs: { 'keep-minutes': '30', 'keep-on-failure-minutes': '30' },
    says: '`keep-on-failure-minutes` and `keep-minutes` are both set; allowed: one of them.',
  },
  {
    inputs: { 'keep-on-failure-minutes': '480' },
    says: '`keep-on-failure-minutes` is 480; allowed: at most `max-lifetime-minutes`, which is 360 and ends the machine.',
  },
  {
    inputs: { 'runner-scope': 'team' },
    says: '`runner-scope` is "team"; allowed: `repo`, `org`, `enterprise` or `enterprise:slug`.',
  },
  {
    inputs: { preset: 'my machines' },
    says: '`preset` is "my machines"; allowed: `amd64`, `arm64`, `cuda`, or the name of a preset in the presets file.',
  },
  {
    inputs: { 'github-token': '', 'app-id': '1234', 'app-private-key': 'MIIE' },
    says: '`app-private-key` is not a private key: it does not begin with a `-----BEGIN … PRIVATE KEY-----` line. Set the secret to the whole .pem file that GitHub created for the App, including the first and last line.',
  },
  {
    inputs: { mode: 'stop' },
    says: '`mode` is "stop"; allowed here: `start` or nothing. To stop runners, use the stop-runner action: `uses: …/stop-runner`.',
  },
  {
    inputs: { 'ec2-instance-type': 't4g.xlarge' },
    says: `\`ec2-instance-type\` t4g.xlarge is arm64, but image ${seed.OUR_AMD64_IMAGE} is x86_64; use an image of that architecture (\`preset: arm64\` has one) or another type.`,
  },
  {
    inputs: { preset: 'cuda', 'ec2-instance-type': 'm5.xlarge' },
    says: '`ec2-instance-type` m5.xlarge has no GPU; allowed with `preset: cuda`: types with an NVIDIA GPU, such as g4dn.xlarge.',
  },
  {
    inputs: { 'ec2-volume-size': '20' },
    says: `\`ec2-volume-size\` is 20; allowed with image ${seed.OUR_AMD64_IMAGE}: 50 (GiB) or more.`,
  },
  {
    inputs: { 'subnet-id': seed.SUBNET_A, 'security-group-id': seed.OTHER_GROUP },
    says: `\`subnet-id\` and \`security-group-id\` belong to different networks: ${seed.SUBNET_A} in ${seed.VPC}, ${seed.OTHER_GROUP} in ${seed.OTHER_VPC}; allowed: one VPC in a region.`,
  },
];

const titled = bad.map((one) => ({ ...one, title: JSON.stringify(one.inputs).slice(0, 70) }));

describe('Bad input', () => {
  test.concurrent.each(titled)('$title', async ({ inputs, says }) => {
    // If the input were accepted, the test would not wait for the runner.
    const main = await scene.start({ 'wait-for': 'launched', ...inputs });
    expect(main.code).toBe(1);
    const [what, ...rest] = errorOf(main).split('\n');
    expect(what).toBe(says);
    expect(rest).toEqual([expect.stringMatching(/^What to do: Correct .* Nothing was launched\.$/), 'Code: bad-input']);
    expect(main.summary).toContain(`### Failed: ${says}\n`);
  });

  test.concurrent('is reported all at once', async () => {
    const main = await scene.start({
      'github-token': '',
      'ec2-instnce-type': 't3.xlarge',
      count: '0',
      'subnet-id': 'subnet-1,,subnet-2',
      'aws-resource-tags': '{',
      label: 'a/b',
      preset: 'amd46',
      'ec2-volume-throughput': '500',
      'ec2-volume-type': 'gp2',
      mode: 'stop',
      'pre-runner-script': script,
    });
    expect(main.code).toBe(1);
    expect(errorOf(main)).toMatch(/^11 inputs cannot be used\.\n/);
    const about = [
      /^`ec2-instnce-type` is not an input; did you mean `ec2-instance-type`\?$/m,
      /^`count` is "0"; allowed: /m,
      /^`subnet-id` is "subnet-1,,subnet-2"; allowed: .*, without empty entries\.$/m,
      /^`aws-resource-tags` is "\{"; allowed: .* at line 1, column 2\)\.$/m,
      /^`label` is "a\/b"; allowed: /m,
      /^`preset` is "amd46", which is not built in, .* did you mean `amd64`\?/m,
      /^\.github\/ec2-runners\.yml could not be looked for: nothing is checked out, and there are no valid credentials for GitHub\.$/m,
      /^`ec2-volume-throughput` is set; allowed with `ec2-volume-type: gp3` only, not with gp2\.$/m,
      /^`mode` is "stop"; allowed here: /m,
      /^`pre-runner-script` is "a script of 20485 bytes"; allowed: at most 16384 bytes/m,
      /^`github-token` is empty; allowed: /m,
    ];
    for (const problem of about) {
      expect(logOf(main)).toMatch(problem);
      expect(main.summary).toMatch(problem);
    }
  });

  test.concurrent('of a stop is reported all at once, too', async () => {
    const main = await scene.stop({ 'ec2-instance-id': 'i-0,,i-1', lable: 'x', wait: 'yes', mode: 'start' });
    expect(main.code).toBe(1);
    expect(errorOf(main)).toMatch(/^3 inputs cannot be used\.\n/);
    expect(logOf(main)).toMatch(/^`lable` is not an input; did you mean `label`\?$/m);
    expect(logOf(main)).toMatch(/^`wait` is "yes"; allowed: `true` or `false`\.$/m);
  });

  test('starts nothing, registers nothing, and shows no secret', () => {
    expect(scene.performances.length).toBe(bad.length + 2);
    expect(scene.count(/RunInstances|generate-jitconfig|TerminateInstances/)).toBe(0);
    expectCleanRecord(scene);
  });
});
