import { TAG } from '../src/core/kernel/identity.js';
import { marked, PLACE, type Grant } from './policy.js';

const REPOSITORY = `${PLACE.owner}/${PLACE.repository}`;

/**
 * The one tag that decides which repository owns a resource. It is compared as a pattern, so that `octo-org/*` can
 * stand for all repositories of an owner. Without a wildcard, a pattern matches only itself.
 */
export const OURS = { [TAG.repository]: REPOSITORY } as const;
export const MARKED_AS_OURS = marked(OURS);
export const IS_OURS = { [`aws:ResourceTag/${TAG.repository}`]: REPOSITORY } as const;

/**
 * Denies a second tag whose key differs from the repository tag's key only in case. IAM cannot distinguish the two
 * keys, so the reaper could not find the owner of an instance. Each pattern has one capital letter. Together the
 * patterns match every such key, and none of them matches the key itself.
 */
export const NO_OTHER_CASE: Grant = {
  sid: 'NoKeyInAnotherCase',
  effect: 'Deny',
  actions: { 'ec2:CreateTags': 'nothing: a resource must be found by the exact key of its tag' },
  resources: ['*'],
  conditions: { 'ForAnyValue:StringLike': { 'aws:TagKeys': listOtherCases(TAG.repository) } },
  on: `denied everywhere for \`${TAG.repository}\` with a capital letter`,
};

function listOtherCases(key: string): readonly string[] {
  const letters = key.split('');
  return letters.flatMap((letter, at) => {
    if (!/[a-z]/.test(letter)) return [];
    return letters.map((one, index) => (index === at ? one.toUpperCase() : one.replace(/[a-z]/, '?'))).join('');
  });
}
