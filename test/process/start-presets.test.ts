import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { seed, type SandboxOptions } from '../../sandbox/sandbox.js';
import { errorOf, inSandbox, type Scene } from '../worlds/sandbox/scene.js';

const FILE = '.github/ec2-runners.yml';

const presets = `
presets:
  cheap:
    market-type: spot
    ec2-instance-type: [t3a.xlarge, m5.xlarge]
  tagged:
    aws-resource-tags:
      Team: ml
      Cost centre: 42
  large:
    extends: [amd64, cheap, tagged]
    ec2-instance-type: m7i.xlarge
    ec2-volume-size: 80
`;

const circle = `
presets:
  egg: { extends: hen }
  hen: { extends: [amd64, egg] }
`;

/** Without machines that boot: these tests are about the launch alone. */
const still: SandboxOptions = { machines: false };

function checkOut(scene: Scene, text: string, path = FILE): void {
  mkdirSync(join(scene.workspace, '.git'));
  mkdirSync(join(scene.workspace, '.github'));
  writeFileSync(join(scene.workspace, path), text);
}

function expectLarge(scene: Scene): void {
  const [launch] = scene.launches();
  expect(scene.launches()).toHaveLength(1);
  expect(Object.fromEntries(launch!)).toMatchObject({
    ImageId: seed.OUR_AMD64_IMAGE,
    InstanceType: 'm7i.xlarge',
    'InstanceMarketOptions.MarketType': 'spot',
    'BlockDeviceMapping.1.Ebs.VolumeSize': '80',
  });
  const [instance] = scene.sandbox.ec2.instances();
  expect(Object.fromEntries(instance!.tags)).toMatchObject({ Team: 'ml', 'Cost centre': '42' });
}

test.concurrent('a presets file of the workspace is used, with everything that a preset extends', () =>
  inSandbox({ ...still, github: { files: { [FILE]: circle } } }, async (scene) => {
    checkOut(scene, presets);
    expect(await scene.start({ preset: 'large', 'wait-for': 'launched' })).toMatchObject({ code: 0 });
    expectLarge(scene);
    expect(scene.count(/contents/)).toBe(0);
  }),
);

test.concurrent("without a checkout, the presets file is read from the repository at the run's commit", () =>
  inSandbox(still, async (scene) => {
    const { github } = scene.sandbox;
    // The branch has moved on meanwhile.
    github.refs.set('main', '0123456789abcdef0123456789abcdef01234567');
    github.files.set(FILE, circle).set(`${github.sha}:${FILE}`, presets);
    expect(await scene.start({ preset: 'large', 'wait-for': 'launched' })).toMatchObject({ code: 0 });
    expectLarge(scene);
  }),
);

test.concurrent('config: names another file, and inputs of the workflow override it', () =>
  inSandbox(still, async (scene) => {
    checkOut(scene, presets, '.github/machines.yaml');
    const main = await scene.start({
      preset: 'large',
      config: '.github/machines.yaml',
      'ec2-instance-type': 't3.xlarge',
      'market-type': 'on-demand',
      'wait-for': 'launched',
    });
    expect(main.code).toBe(0);
    expect(JSON.parse(main.outputs['runners'] ?? '[]')).toMatchObject([{ type: 't3.xlarge', market: 'on-demand' }]);
  }),
);

test.concurrent('a preset sets the scope of its runners, unless the workflow does', () =>
  inSandbox(still, async (scene) => {
    checkOut(scene, 'presets:\n  shared: { extends: amd64, runner-scope: org }\n');
    const shared = await scene.start({ preset: 'shared', 'wait-for': 'launched' });
    expect(shared).toMatchObject({ code: 0 });
    expect(scene.sandbox.requests.filter(({ operation }) => /generate-jitconfig/.test(operation))).toMatchObject([
      { operation: 'POST /orgs/{org}/actions/runners/generate-jitconfig' },
    ]);
    const own = await scene.start({ preset: 'shared', 'runner-scope': 'repo', 'wait-for': 'launched' });
    expect(own).toMatchObject({ code: 0 });
    expect(scene.count(/^POST \/repos\/.*generate-jitconfig/)).toBe(1);
  }),
);

test.concurrent('presets that extend each other in a circle are named', () =>
  inSandbox({ ...still, github: { files: { [FILE]: circle } } }, async (scene) => {
    const main = await scene.start({ preset: 'hen', 'wait-for': 'launched' });
    expect(main.code).toBe(1);
    expect(errorOf(main)).toContain(`The presets of ${FILE} extend each other in a circle: hen → egg → hen.`);
    expect(scene.count(/RunInstances|generate-jitconfig/)).toBe(0);
  }),
);

test.concurrent('a named file that does not exist is an error; the default file need not exist', () =>
  inSandbox(still, async (scene) => {
    const main = await scene.start({ config: 'machines.yml', 'wait-for': 'launched' });
    expect(main.code).toBe(1);
    const places = `in the workspace or in octo-org/octo-repo at ${scene.sandbox.github.sha}`;
    expect(errorOf(main)).toContain(`\`config\` is "machines.yml", which does not exist ${places}.\n`);
    expect(await scene.start({ 'wait-for': 'launched' })).toMatchObject({ code: 0 });
  }),
);
