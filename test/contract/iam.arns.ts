import type { Params } from '../../sandbox/ec2/query/params.js';
import { seed } from '../../sandbox/sandbox.js';

/** One permission that a request needs. A request needs one for each resource that it touches. */
export interface Ask {
  readonly action: string;
  /** An ARN, or `*`. */
  readonly resource: string;
  /** The values of the condition keys, from the request and from the resource. */
  readonly context: Readonly<Record<string, string | string[]>>;
}

export const ACCOUNT = seed.ACCOUNT;

export function readTagSpecifications(params: Params): Map<string, Ask['context']> {
  return new Map(
    params.structures('TagSpecification').map((one) => [one.require('ResourceType'), readRequestTags(one)]),
  );
}

export function readRequestTags(params: Params): Ask['context'] {
  const tags = new Map(params.structures('Tag').map((tag) => [tag.require('Key'), tag.text('Value') ?? '']));
  return tags.size === 0 ? {} : { ...prefix('aws:RequestTag/', tags), 'aws:TagKeys': [...tags.keys()] };
}

export function prefix(start: string, tags: ReadonlyMap<string, string>): Record<string, string> {
  return Object.fromEntries([...tags].map(([key, value]) => [`${start}${key}`, value]));
}

export function arn(region: string, kind: string, id: string): string {
  const account = kind === 'image' || kind === 'snapshot' ? '' : ACCOUNT;
  return `arn:aws:ec2:${region}:${account}:${kind}/${id}`;
}

export function baseName(nameOrArn: string): string {
  return nameOrArn.split('/').at(-1)!;
}
