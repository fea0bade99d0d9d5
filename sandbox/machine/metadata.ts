import { randomBytes } from 'node:crypto';
import type { InstanceRecord } from '../ec2/world/records.js';
import { ACCOUNT } from '../ec2/world/seed.js';
import { serve, type SandboxRequest, type SandboxResponse, type ServeOptions, type Server } from '../http.js';

/**
 * One instance's metadata service (IMDSv2). By default on a loopback port of its own; `at` gives another address and
 * port, such as the real 169.254.169.254 in a network namespace.
 */
export function serveMetadata(
  instance: InstanceRecord,
  region: string,
  at?: Pick<ServeOptions, 'address' | 'port'>,
): Promise<Server> {
  const tokens = new Map<string, number>();
  return serve({
    ...at,
    service: 'ec2',
    traffic: { requests: [] },
    handler: {
      name: () => undefined,
      handle: async (request) => answer(request, { instance, region, tokens }),
      refuse: (fault) => text(fault.status ?? 503, fault.body ?? ''),
    },
  });
}

interface Service {
  readonly instance: InstanceRecord;
  readonly region: string;
  /** By token: when it expires, in ms since the epoch. */
  readonly tokens: Map<string, number>;
}

function answer(request: SandboxRequest, service: Service): SandboxResponse {
  const { method, headers } = request;
  const path = request.path.replace(VERSION, '/latest/');
  const { metadata } = service.instance;
  if (!metadata.enabled) return text(403, 'Forbidden');
  if (path === '/latest/api/token') return method === 'PUT' ? issueToken(headers, service) : text(405, '');
  const token = headers['x-aws-ec2-metadata-token'];
  const isGood = token !== undefined && (service.tokens.get(token) ?? 0) > Date.now();
  if (!isGood && (token !== undefined || metadata.tokens === 'required')) return text(401, 'Unauthorized');
  if (path === '/latest/user-data') return service.instance.userData ? raw(service.instance.userData) : text(404, '');
  const documents = listDocuments(service);
  const found = documents.get(path);
  if (found !== undefined) return text(200, found);
  const listing = listFolder([...documents.keys()], path.endsWith('/') ? path : `${path}/`);
  return listing.length > 0 ? text(200, listing.join('\n')) : text(404, 'Not Found');
}

/** Clients may request a dated version, such as `/2021-03-23/`. All versions are the latest here. */
const VERSION = /^\/(?:1\.0|\d{4}-\d\d-\d\d)\//;
const LONGEST_TTL_SECONDS = 21_600;

function issueToken(headers: SandboxRequest['headers'], service: Service): SandboxResponse {
  const seconds = Number(headers['x-aws-ec2-metadata-token-ttl-seconds']);
  // IMDSv2 refuses requests that come through a proxy.
  if (headers['x-forwarded-for'] !== undefined) return text(403, 'Forbidden');
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > LONGEST_TTL_SECONDS) return text(400, 'Bad Request');
  const token = randomBytes(40).toString('base64url');
  service.tokens.set(token, Date.now() + seconds * 1000);
  return { ...text(200, token), headers: { 'x-aws-ec2-metadata-token-ttl-seconds': `${seconds}` } };
}

function listDocuments({ instance, region }: Service): Map<string, string> {
  const { subnet, image, type, metadata, interruption } = instance;
  const metaData = {
    'ami-id': image.id,
    hostname: `ip-${instance.privateIp.replaceAll('.', '-')}.ec2.internal`,
    'instance-id': instance.id,
    'instance-life-cycle': instance.market,
    'instance-type': type.name,
    'local-ipv4': instance.privateIp,
    mac: macOf(instance),
    ...describeInterface(instance),
    'placement/availability-zone': subnet.zone,
    'placement/region': region,
    'security-groups': instance.groups.map(({ name }) => name).join('\n'),
    'services/domain': 'amazonaws.com',
    ...(interruption && { 'spot/instance-action': JSON.stringify(interruption) }),
    ...(interruption && { 'spot/termination-time': interruption.time }),
  };
  const tags = metadata.tagsServed ? [...instance.tags].map(([key, value]) => [`tags/instance/${key}`, value]) : [];
  const entries = [...Object.entries(metaData), ...tags].map(([path, value]) => [
    `/latest/meta-data/${path}`,
    value ?? '',
  ]);
  const identity = JSON.stringify(describeIdentity(instance, region), null, 2);
  return new Map([...(entries as [string, string][]), ['/latest/dynamic/instance-identity/document', identity]]);
}

/** An instance has one network interface. Its MAC address is derived from the private IP address. */
export function macOf({ privateIp }: InstanceRecord): string {
  const bytes = privateIp.split('.').map((part) => Number(part).toString(16).padStart(2, '0'));
  return ['06', '5a', ...bytes].join(':');
}

function describeInterface(instance: InstanceRecord): Record<string, string> {
  const properties = {
    'device-number': '0',
    'interface-id': instance.id.replace('i-', 'eni-'),
    'local-ipv4s': instance.privateIp,
    mac: macOf(instance),
    'subnet-id': instance.subnet.id,
    'subnet-ipv4-cidr-block': instance.subnet.cidr,
    'vpc-id': instance.subnet.vpcId,
  };
  const folder = `network/interfaces/macs/${macOf(instance)}`;
  return Object.fromEntries(Object.entries(properties).map(([name, text]) => [`${folder}/${name}`, text]));
}

function describeIdentity(instance: InstanceRecord, region: string): Record<string, unknown> {
  return {
    accountId: ACCOUNT,
    architecture: instance.image.architecture,
    availabilityZone: instance.subnet.zone,
    imageId: instance.image.id,
    instanceId: instance.id,
    instanceType: instance.type.name,
    pendingTime: new Date(instance.launchedAt).toISOString().replace(/\.\d+Z$/, 'Z'),
    privateIp: instance.privateIp,
    region,
    version: '2017-09-30',
  };
}

/** The names below a path as the service lists them: folders end with a slash. */
function listFolder(paths: readonly string[], folder: string): string[] {
  const names = paths
    .filter((path) => path.startsWith(folder))
    .map((path) => path.slice(folder.length).replace(/\/.*$/, '/'));
  return [...new Set(names)].sort();
}

function text(status: number, body: string): SandboxResponse {
  return { status, headers: { 'content-type': 'text/plain', server: 'EC2ws' }, body };
}

function raw(body: Buffer): SandboxResponse {
  return { status: 200, headers: { 'content-type': 'application/octet-stream', server: 'EC2ws' }, body };
}
