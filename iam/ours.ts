import { TAG } from '../src/core/kernel/identity.js';
import { marked, PLACE, type Grant } from './policy.js';

const REPOSITORY = `${PLACE.owner}/${PLACE.repository}`;

/**
 * The one tag that decides. It is compared as a pattern, so that `octo-org/*` can stand for all repositories of an owner.
 * Without a star a pattern is the text itself.
 */
export const OURS = { [TAG.repository]: REPOSITORY } as const;
export const MARKED_AS_OURS = marked(OURS);
export const IS_OURS = { [`aws:ResourceTag/${TAG.repository}`]: REPOSITORY } as const;

/**
 * Denies a second tag whose key is the deciding one in another case. IAM would not distinguish the two, and the reaper
 * could not determine the machine's owner. Each pattern has one capital, so together the patterns cover every such key,
 * but not the key itself.
 */
export const NO_OTHER_CASE: Grant = {
  sid: 'NoKeyInAnotherCase',
  effect: 'Deny',
  actions: { 'ec2:CreateTags': "nothing: a resource must be found by the tag's own key" },
  resources: ['*'],
  conditions: { 'ForAnyValue:StringLike': { 'aws:TagKeys': listOtherCases(TAG.repository) } },
  on: `denied everywhere for keys that are \`${TAG.repository}\` with a capital`,
};

function listOtherCases(key: string): readonly string[] {
  const letters = key.split('');
  return letters.flatMap((letter, at) => {
    if (!/[a-z]/.test(letter)) return [];
    return letters.map((one, index) => (index === at ? one.toUpperCase() : one.replace(/[a-z]/, '?'))).join('');
  });
}
