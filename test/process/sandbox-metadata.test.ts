import type { RunInstancesCommandInput } from '@aws-sdk/client-ec2';
import { afterEach, describe, expect, test } from '@jest/globals';
import { seed } from '../../sandbox/sandbox.js';
import { eventually, launch, startAws, type AwsSandbox } from '../worlds/sandbox/aws.js';

let aws: AwsSandbox;

afterEach(() => aws.close());

const SCRIPT = '#!/bin/bash\necho "metadata at $AWS_EC2_METADATA_SERVICE_ENDPOINT"\n';
const USER_DATA = Buffer.from(SCRIPT).toString('base64');

interface Metadata {
  readonly id: string;
  /** By default with a valid token. */
  readonly get: (
    path: string,
    headers?: Record<string, string>,
    version?: string,
  ) => Promise<{ status: number; text: string }>;
  readonly requestToken: (headers: Record<string, string>) => Promise<{ status: number; text: string }>;
}

async function openMetadata(changes: Partial<RunInstancesCommandInput> = {}): Promise<Metadata> {
  aws = await startAws({ machines: true, timeline: { pendingMs: 5, bootMs: 5 } });
  const { id } = await launch(aws.ec2, { ImageId: seed.UBUNTU_AMD64_IMAGE, UserData: USER_DATA, ...changes });
  const read = () => (aws.sandbox.ec2.instance(id).machine ? aws.sandbox.ec2.readConsole(id) : '');
  await eventually(() => /metadata at \S+\n/.test(read()));
  const url = /metadata at (\S+)/.exec(read())?.[1] ?? '';
  const ask = async (path: string, init: RequestInit) => {
    const answer = await fetch(url + path, init);
    return { status: answer.status, text: await answer.text() };
  };
  const requestToken = (headers: Record<string, string>) => ask('/latest/api/token', { method: 'PUT', headers });
  const token = (await requestToken({ 'x-aws-ec2-metadata-token-ttl-seconds': '60' })).text;
  return {
    id,
    requestToken,
    get: (path, headers = { 'x-aws-ec2-metadata-token': token }, version = 'latest') =>
      ask(`/${version}/${path}`, { headers }),
  };
}

test('describes the network interface to cloud-init, which requests a dated version', async () => {
  const { get, id } = await openMetadata();
  const ask = async (path: string) => (await get(path, undefined, '2021-03-23')).text;
  const mac = await ask('meta-data/mac');
  expect(mac).toMatch(/^06:5a(:[0-9a-f]{2}){4}$/);
  expect(await ask('meta-data/network/interfaces/macs/')).toBe(`${mac}/`);
  const { privateIp, subnet } = aws.sandbox.ec2.instance(id);
  expect(await ask(`meta-data/network/interfaces/macs/${mac}/local-ipv4s`)).toBe(privateIp);
  expect(await ask(`meta-data/network/interfaces/macs/${mac}/subnet-ipv4-cidr-block`)).toBe(subnet.cidr);
  expect((await get('meta-data/mac', undefined, 'tomorrow')).status).toBe(404);
});

test('describes the instance', async () => {
  const { get, id } = await openMetadata();
  const texts = {
    'user-data': SCRIPT,
    'meta-data/instance-id': id,
    'meta-data/instance-type': 't3.xlarge',
    'meta-data/ami-id': seed.UBUNTU_AMD64_IMAGE,
    'meta-data/placement/region': 'us-east-1',
    'meta-data/placement/availability-zone': 'us-east-1a',
    'meta-data/local-ipv4': aws.sandbox.ec2.instance(id).privateIp,
    'meta-data/placement/': 'availability-zone\nregion',
  };
  for (const [path, text] of Object.entries(texts)) expect(await get(path)).toEqual({ status: 200, text });
  expect((await get('meta-data')).text.split('\n')).toContain('placement/');
  const identity: unknown = JSON.parse((await get('dynamic/instance-identity/document')).text);
  expect(identity).toMatchObject({
    instanceId: id,
    accountId: seed.ACCOUNT,
    architecture: 'x86_64',
    region: 'us-east-1',
  });
  expect((await get('meta-data/spot/instance-action')).status).toBe(404);
  expect((await get('meta-data/tags/instance/Name')).status).toBe(404);
});

describe('a token', () => {
  test('is required, and must be valid', async () => {
    const { get } = await openMetadata();
    expect((await get('meta-data/instance-id', {})).status).toBe(401);
    expect((await get('meta-data/instance-id', { 'x-aws-ec2-metadata-token': 'mine' })).status).toBe(401);
  });

  test('is not required where it is optional, but an invalid one is refused', async () => {
    const { get } = await openMetadata({ MetadataOptions: { HttpTokens: 'optional' } });
    expect((await get('meta-data/instance-id', {})).status).toBe(200);
    expect((await get('meta-data/instance-id', { 'x-aws-ec2-metadata-token': 'mine' })).status).toBe(401);
  });

  test('is issued for 1 s to 6 h, and not through a proxy', async () => {
    const { requestToken } = await openMetadata();
    const ttl = 'x-aws-ec2-metadata-token-ttl-seconds';
    for (const headers of [{}, { [ttl]: '0' }, { [ttl]: '21601' }]) {
      expect((await requestToken(headers as Record<string, string>)).status).toBe(400);
    }
    expect((await requestToken({ [ttl]: '21600' })).status).toBe(200);
    expect((await requestToken({ [ttl]: '60', 'x-forwarded-for': '10.0.0.1' })).status).toBe(403);
  });

  test('expires', async () => {
    const { get, requestToken } = await openMetadata();
    const { text } = await requestToken({ 'x-aws-ec2-metadata-token-ttl-seconds': '1' });
    const ask = () => get('meta-data/instance-id', { 'x-aws-ec2-metadata-token': text });
    expect((await ask()).status).toBe(200);
    await eventually(async () => (await ask()).status === 401);
  });
});

test('serves tags only if the launch enables them', async () => {
  const { get } = await openMetadata({
    MetadataOptions: { InstanceMetadataTags: 'enabled' },
    TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'Name', Value: 'x' }] }],
  });
  expect(await get('meta-data/tags/instance/Name')).toEqual({ status: 200, text: 'x' });
});

test('announces a spot interruption', async () => {
  const { get, id } = await openMetadata({ InstanceMarketOptions: { MarketType: 'spot' } });
  aws.sandbox.ec2.interruptSpot(id);
  const notice: unknown = JSON.parse((await get('meta-data/spot/instance-action')).text);
  expect(notice).toEqual({ action: 'terminate', time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) });
});
