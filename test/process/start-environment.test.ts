import { afterEach, expect, test } from '@jest/globals';
import { createCertificate } from '../worlds/certificate.js';
import { Scene } from '../worlds/sandbox/scene.js';

let scene: Scene;
afterEach(() => scene.close());

const windows = (...lines: string[]) => lines.join('\r\n');
const images = [
  ['with the agent in it', {}],
  ['without', { parameters: { '/ci-actions/ami/amd64': undefined } }],
] as const;

test.each(images)('inputs with CRLF take effect on an image %s', async (_, options) => {
  scene = await Scene.open(options);
  const main = await scene.start({
    'instance-environment': windows('# ours', 'TEAM=machine learning', ''),
    'ca-certificates': windows(...createCertificate('ca.example').cert.split('\n')),
    'pre-runner-script': windows('set -euo pipefail', 'echo "for $TEAM"', 'head -n 1 "$NODE_EXTRA_CA_CERTS"'),
  });
  expect(main.code).toBe(0);
  const [instance] = scene.sandbox.ec2.instances();
  const text = scene.sandbox.ec2.readConsole(instance!.id);
  expect(text).toContain('pre-runner-script: for machine learning\n');
  expect(text).toContain('pre-runner-script: -----BEGIN CERTIFICATE-----\n');
});

test('an invalid variable and an invalid certificate are refused together, and nothing is launched', async () => {
  scene = await Scene.open({});
  const main = await scene.start({ 'instance-environment': 'A=1\nB', 'ca-certificates': 'lost' });
  expect(main.code).not.toBe(0);
  const said = main.lines.join('\n');
  expect(said).toContain('`instance-environment` is "no NAME=value in line 2"; allowed: lines `NAME=value`');
  expect(said).toContain('`ca-certificates` is "without any certificate"; allowed: certificates in PEM');
  expect(scene.sandbox.ec2.instances()).toEqual([]);
});
