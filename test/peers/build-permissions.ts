import { ACCOUNT, type Ask } from '../contract/iam.asks.js';
import { ask } from '../contract/iam.world.js';
import type { RelayedRequest } from './aws-relay.js';

/** The resources that a build creates, by the creating request. They have the tags of that request. */
const CREATED: Readonly<Record<string, readonly string[]>> = {
  CreateKeyPair: ['key-pair'],
  CreateSecurityGroup: ['security-group'],
  RunInstances: ['instance', 'volume', 'network-interface'],
  CreateImage: ['image', 'snapshot'],
};
/** The kind of resource that each of these requests changes. */
const CHANGED: Readonly<Record<string, string>> = {
  AuthorizeSecurityGroupIngress: 'security-group',
  CreateImage: 'instance',
  DeleteKeyPair: 'key-pair',
  DeleteSecurityGroup: 'security-group',
  DeregisterImage: 'image',
  StopInstances: 'instance',
  TerminateInstances: 'instance',
};
/** Kinds by the prefix of their ids. */
const PREFIXES: Readonly<Record<string, string>> = { i: 'instance', vol: 'volume', ami: 'image', snap: 'snapshot' };

type Context = Ask['context'];

/**
 * Lists the permissions that one build's requests to EC2 need, in the order of the requests. Packer 1.6.6 creates some
 * resources without tags. These count as tagged like the instance, because current versions of Packer tag them.
 * Source: packer-plugin-amazon 1.8, step_key_pair.go, step_security_group.go, step_run_source_instance.go,
 * step_create_ami.go.
 */
export function listBuildPermissions(requests: readonly RelayedRequest[]): Ask[] {
  const launch = requests.find(({ operation }) => operation === 'RunInstances');
  const instanceTags = readTags(new URLSearchParams(launch?.body), 'instance') ?? {};
  const tagsByKind = new Map<string, Context>();
  return requests
    .filter(({ service }) => service === 'ec2')
    .flatMap(({ operation, body }) => {
      const fields = new URLSearchParams(body);
      if (operation.startsWith('Describe')) return ask(`ec2:${operation}`, '*');
      if (operation === 'CreateTags') return permitTagging(fields, tagsByKind);
      const changed = CHANGED[operation];
      return [
        ...(changed === undefined
          ? []
          : ask(`ec2:${operation}`, arn(changed), toResourceTags(tagsByKind.get(changed)))),
        ...(CREATED[operation] ?? []).flatMap((kind) =>
          permitCreation({ operation, kind, tags: readTags(fields, kind) ?? instanceTags }, tagsByKind),
        ),
        ...(operation === 'CreateSecurityGroup' ? ask('ec2:CreateSecurityGroup', arn('vpc')) : []),
        ...(operation === 'RunInstances' ? permitUse(fields) : []),
      ];
    });
}

function permitCreation(
  { operation, kind, tags }: { operation: string; kind: string; tags: Context },
  tagsByKind: Map<string, Context>,
): Ask[] {
  tagsByKind.set(kind, tags);
  const tagging = ask('ec2:CreateTags', arn(kind), { ...tags, 'ec2:CreateAction': operation });
  return [...ask(`ec2:${operation}`, arn(kind), tags), ...tagging];
}

function permitUse(fields: URLSearchParams): Ask[] {
  const kinds = ['image', 'subnet', 'security-group', ...(fields.has('KeyName') ? ['key-pair'] : [])];
  return kinds.flatMap((kind) => ask('ec2:RunInstances', arn(kind, 'used')));
}

function permitTagging(fields: URLSearchParams, tagsByKind: Map<string, Context>): Ask[] {
  const tags = collectTags(fields, 'Tag.');
  return [...fields].flatMap(([name, id]) => {
    if (!name.startsWith('ResourceId.')) return [];
    const kind = PREFIXES[id.split('-')[0]!]!;
    return ask('ec2:CreateTags', arn(kind), { ...tags, ...toResourceTags(tagsByKind.get(kind)) });
  });
}

/** Reads the TagSpecification for this kind. `undefined` if the request has none. */
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

function toResourceTags({ 'aws:TagKeys': _keys, ...tags }: Context = {}): Context {
  return Object.fromEntries(
    Object.entries(tags).map(([key, value]) => [key.replace('aws:RequestTag/', 'aws:ResourceTag/'), value]),
  );
}

function arn(kind: string, id = 'made'): string {
  const account = kind === 'image' || kind === 'snapshot' ? '' : ACCOUNT;
  return `arn:aws:ec2:us-east-1:${account}:${kind}/${id}`;
}
