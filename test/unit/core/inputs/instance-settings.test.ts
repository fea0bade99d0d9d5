import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { text } from '../../../../src/core/inputs/input-kinds.js';
import { parseInputs } from '../../../../src/core/inputs/inputs.js';
import { certificates, environmentLines } from '../../../../src/core/inputs/instance-settings.js';
import { renderUserData, renderWarmUp } from '../../../../src/core/machine/payload.js';
import { startRunners } from '../../../../src/core/start/start.js';
import { createCertificate } from '../../../worlds/certificate.js';
import { createCloud } from '../../../worlds/cloud.js';
import { aRequest, failureOf } from '../../../worlds/requests.js';

const definitions = { environment: environmentLines(''), ca: certificates(''), script: text('') };

function parse(given: Readonly<Record<string, string>>) {
  return parseInputs(
    definitions,
    Object.fromEntries(Object.entries(given).map(([name, one]) => [name, { text: one }])),
  );
}

describe('An environment', () => {
  test('is read from lines NAME=value, without changes', () => {
    const given = '# ours\n\nA=1\n  B=a=b "$C"  \nD=\n';
    expect(parse({ environment: given }).values.environment).toEqual({ A: '1', B: 'a=b "$C"', D: '' });
  });

  test('sets proxy variables in both cases, unless both are given', () => {
    const given = 'HTTPS_PROXY=http://p:1\nno_proxy=a,.b\nNO_PROXY=c\n';
    expect(parse({ environment: given }).values.environment).toEqual({
      HTTPS_PROXY: 'http://p:1',
      https_proxy: 'http://p:1',
      no_proxy: 'a,.b',
      NO_PROXY: 'c',
    });
  });

  test.each([
    ['A=1\nB 2\nC=3\n=4\n', 'no NAME=value in line 2, 4'],
    ['export A=1', 'no NAME=value in line 1'],
    ['A=1\n2B=secret', 'no NAME=value in line 2'],
    ['A=1\nHOME=/x', 'HOME in line 2'],
    ['ACTIONS_RUNNER_INPUT_JITCONFIG=secret', 'ACTIONS_RUNNER_INPUT_JITCONFIG in line 1'],
    ['CI_ACTIONS_ROOT=/', 'CI_ACTIONS_ROOT in line 1'],
  ])('%j is refused with the numbers of the lines, and without the values', (given, what) => {
    const { problems } = parse({ environment: given });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(what);
    expect(problems[0]).not.toContain('secret');
  });
});

describe('Certificates', () => {
  const [one, other] = ['one.example', 'other.example'].map((host) => createCertificate(host));
  const der = (pem: string) => new X509Certificate(pem).raw.toString('base64');
  const read = (given: string) => parse({ ca: given }).values.ca?.map((each) => Buffer.from(each).toString('base64'));

  test.each([
    ['as a file has them', `${one!.cert}${other!.cert}`],
    ['with what openssl writes between them', `subject=CN = one\n${one!.cert}\n# the other\n${other!.cert}`],
    ['indented, and one of them twice', `${one!.cert}${one!.cert}${other!.cert}`.replaceAll(/^/gm, '  ')],
    ['from Windows', `${one!.cert}${other!.cert}`.replaceAll('\n', '\r\n')],
    ['out of a secret store', `${one!.cert}${other!.cert}`.replaceAll('\n', '\\n')],
  ])('are read %s', (_, given) => {
    expect(read(given)).toEqual([der(one!.cert), der(other!.cert)]);
  });

  const lines = one!.cert.trim().split('\n');
  test.each([
    ['text', 'hello', 'without any certificate'],
    ['a key', one!.key, 'a PRIVATE KEY in line 1'],
    ['a certificate and its key', `${one!.cert}${one!.key}`, `a PRIVATE KEY in line ${lines.length + 1}`],
    ['no end', lines.slice(0, -1).join('\n'), 'no END for the certificate that begins in line 1'],
    ['no beginning', lines.slice(1).join('\n'), `END out of order in line ${lines.length - 1}`],
    ['no end of the first', [...lines.slice(0, -1), ...lines].join('\n'), `BEGIN out of order in line ${lines.length}`],
    ['a bad character', lines.with(2, '%%%').join('\n'), 'something other than base64 in line 3'],
    ['a line lost', lines.toSpliced(2, 1).join('\n'), 'no X.509 certificate in what begins in line 1'],
    ['a request', one!.cert.replaceAll('CERTIFICATE', 'CERTIFICATE REQUEST'), 'a CERTIFICATE REQUEST in line 1'],
  ])('with %s are refused by line', (_, given, what) => {
    const { problems } = parse({ ca: given });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(what);
    expect(problems[0]).toContain('-----BEGIN CERTIFICATE-----');
  });

  test('or an environment make the payload format 3; otherwise it has format 2', () => {
    const machine = { runnerHome: '/r', runAsUser: 'root', maxLifetimeSeconds: 9 };
    const told = (settings?: Parameters<typeof renderWarmUp>[0]['settings']) =>
      gunzipSync(renderWarmUp({ ...machine, ...(settings && { settings }) })).toString();
    expect(told()).toContain('#:format 2\n');
    expect(told({ environment: {}, caCertificates: undefined })).toContain('#:format 2\n');
    const text = told({ environment: { A: 'b c', D: '' }, caCertificates: [Buffer.from('x'), Buffer.from('y')] });
    expect(text).toContain('#:format 3\n');
    expect(text).toContain(`#:environment ${Buffer.from('A=b c\nD=').toString('base64')}\n`);
    expect(text).toContain('#:ca-certificates eA==,eQ==\n');
  });

  test('that do not fit into the user data are refused before a launch, with what takes the room', async () => {
    const world = createCloud();
    const caCertificates = Array.from({ length: 20 }, () => crypto.getRandomValues(new Uint8Array(1_000)));
    const settings = { environment: { A: 'b' }, caCertificates };
    const failure = await failureOf(startRunners(aRequest({ settings }), world.ports));
    expect(failure.code).toBe('payload-too-large');
    expect(failure.hint).toMatch(
      /^Make `instance-environment` \(\d bytes\), `ca-certificates` \(2\d{4} bytes\) shorter/,
    );
    expect(world.github.registered).toEqual([]);
    expect(world.ec2.instances).toEqual([]);
  });

  test('of 1.2 kB each fit twice beside the agent', () => {
    const payload = { runnerHome: '/opt/actions-runner', runAsUser: 'root' };
    const times = { startupTimeoutSeconds: 1, idleTimeoutSeconds: 1, maxLifetimeSeconds: 1 };
    const jitConfig = Buffer.from(crypto.getRandomValues(new Uint8Array(4_200))).toString('base64');
    const caCertificates = [1, 2].map(() => crypto.getRandomValues(new Uint8Array(1_200)));
    const read = (name: string) => readFileSync(new URL(`../../../../ami/boot/${name}`, import.meta.url), 'utf8');
    const [agent, installRunner, aptWhenFree] = ['agent.sh', 'install-runner.sh', 'apt-when-free.sh'].map(read);
    const scripts = { agent: agent!, installRunner: installRunner!, aptWhenFree: aptWhenFree! };
    const runners = [{ name: 'r', label: 'l', jitConfig }];
    const full = { ...payload, ...times, runners, settings: { caCertificates } };
    expect(() => renderUserData(full, scripts)).not.toThrow();
  });
});

describe('Lines that end with CRLF', () => {
  test.each(['echo a\r\necho b', 'echo a\r\r\necho b\r\n'])('%j are read as lines', (given) => {
    expect(parse({ script: given, environment: 'A=1\r\nB=2' }).values).toMatchObject({
      script: 'echo a\necho b',
      environment: { A: '1', B: '2' },
    });
  });
});
