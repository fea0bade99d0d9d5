import { ACCOUNT, type Ask } from '../contract/iam.asks.js';
import { ask } from '../contract/iam.world.js';
import type { Relayed } from './aws-relay.js';

/** What a build makes one of, by the request that makes it; its tags are those of that request. */
const MADE: Readonly<Record<string, readonly string[]>> = {
  CreateKeyPair: ['key-pair'],
  CreateSecurityGroup: ['security-group'],
  RunInstances: ['instance', 'volume', 'network-interface'],
  CreateImage: ['image', 'snapshot'],
};
/** What each of these changes. */
const CHANGED: Readonly<Record<string, string>> = {
  AuthorizeSecurityGroupIngress: 'security-group',
  CreateImage: 'instance',
  DeleteKeyPair: 'key-pair',
  DeleteSecurityGroup: 'security-group',
  DeregisterImage: 'image',
  StopInstances: 'instance',
  TerminateInstances: 'instance',
};
const PREFIXES: Readonly<Record<string, string>> = { i: 'instance', vol: 'volume', ami: 'image', snap: 'snapshot' };

type Context = Ask['context'];

/**
 * The permissions that one build's requests to EC2 need, in their order. What Packer 1.6.6 makes without tags is taken to
 * carry the machine's, as a current one sends them. Source: packer-plugin-amazon 1.8, step_key_pair.go,
 * step_security_group.go, step_run_source_instance.go, step_create_ami.go.
 */
export function listBuildAsks(requests: readonly Relayed[]): Ask[] {
  const launch = requests.find(({ operation }) => operation === 'RunInstances');
  const ofMachine = readTags(new URLSearchParams(launch?.body), 'instance') ?? {};
  const marks = new Map<string, Context>();
  return requests
    .filter(({ service }) => service === 'ec2')
    .flatMap(({ operation, body }) => {
      const fields = new URLSearchParams(body);
      if (operation.startsWith('Describe')) return ask(`ec2:${operation}`, '*');
      if (operation === 'CreateTags') return listTagging(fields, marks);
      const changed = CHANGED[operation];
      return [
        ...(changed === undefined ? [] : ask(`ec2:${operation}`, arn(changed), toResourceTags(marks.get(changed)))),
        ...(MADE[operation] ?? []).flatMap((kind) =>
          listMaking({ operation, kind, tags: readTags(fields, kind) ?? ofMachine }, marks),
        ),
        ...(operation === 'CreateSecurityGroup' ? ask('ec2:CreateSecurityGroup', arn('vpc')) : []),
        ...(operation === 'RunInstances' ? listUsed(fields) : []),
      ];
    });
}

function listMaking(
  { operation, kind, tags }: { operation: string; kind: string; tags: Context },
  marks: Map<string, Context>,
): Ask[] {
  marks.set(kind, tags);
  const marking = ask('ec2:CreateTags', arn(kind), { ...tags, 'ec2:CreateAction': operation });
  return [...ask(`ec2:${operation}`, arn(kind), tags), ...marking];
}

function listUsed(fields: URLSearchParams): Ask[] {
  const kinds = ['image', 'subnet', 'security-group', ...(fields.has('KeyName') ? ['key-pair'] : [])];
  return kinds.flatMap((kind) => ask('ec2:RunInstances', arn(kind, 'used')));
}

function listTagging(fields: URLSearchParams, marks: Map<string, Context>): Ask[] {
  const given = collectTags(fields, 'Tag.');
  return [...fields].flatMap(([name, id]) => {
    if (!name.startsWith('ResourceId.')) return [];
    const kind = PREFIXES[id.split('-')[0]!]!;
    return ask('ec2:CreateTags', arn(kind), { ...given, ...toResourceTags(marks.get(kind)) });
  });
}

/** Of the TagSpecification for this kind; `undefined` when the request has none. */
function readTags(fields: URLSearchParams, kind: string): Context | undefined {
  for (const [name, value] of fields) {
    const [, start] = /^(TagSpecification\.\d+\.)ResourceType$/.exec(name) ?? [];
    if (start !== undefined && value === kind) return collectTags(fields, `${start}Tag.`);
  }
  return undefined;
}

function collectTags(fields: URLSearchParams, start: string): Context {
  const keys = [...fields].filter(([name]) => name.startsWith(start) && name.endsWith('.Key'));
  if (keys.length === 0) return {};
  const values = keys.map(([name, key]) => [`aws:RequestTag/${key}`, fields.get(name.replace(/Key$/, 'Value')) ?? '']);
  return { ...(Object.fromEntries(values) as Context), 'aws:TagKeys': keys.map(([, key]) => key) };
}

function toResourceTags({ 'aws:TagKeys': _keys, ...marks }: Context = {}): Context {
  return Object.fromEntries(
    Object.entries(marks).map(([key, value]) => [key.replace('aws:RequestTag/', 'aws:ResourceTag/'), value]),
  );
}

function arn(kind: string, id = 'made'): string {
  const account = kind === 'image' || kind === 'snapshot' ? '' : ACCOUNT;
  return `arn:aws:ec2:us-east-1:${account}:${kind}/${id}`;
}
