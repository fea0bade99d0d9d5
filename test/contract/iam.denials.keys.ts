import type { Ask } from './iam.asks.js';
import { launchAndTag, type Call, type Denials } from './iam.denials.js';
import { OURS, TAG, taggedLaunch, type Account } from './iam.world.js';

/** IAM compares the key in `aws:RequestTag/…` without regard to case, so each of these keys satisfies the condition. */
const OTHER_CASES = [
  'CI-Actions:Repository',
  'CI-ACTIONS:REPOSITORY',
  'ci-actions:Repository',
  'ci-actions:repositorY',
];

/**
 * Launches with a tag key in other letter case. EC2's filters compare keys exactly, so this suite would not find the
 * instance.
 *
 * @param tags the tags that the role's launches need besides the repository's
 */
export function denyOtherCases(
  account: Account,
  role: Denials['role'],
  tags: Readonly<Record<string, string>>,
): Denials {
  const launch = (key: string) => account.launch(taggedLaunch({ ...tags, [key]: OURS }));
  return {
    role,
    rule: "launches only with the repository's key as filters read it",
    calls: [
      ...OTHER_CASES.map((key): Call => [
        `launch with the key ${key}`,
        launch(key),
        launchAndTag('instance', 'network-interface', 'volume'),
      ]),
      ...OTHER_CASES.map((key): Call => [
        `launch with the repository's key and also ${key}`,
        launch(TAG).map((one) => addTagKey(one, key)),
        ['instance', 'network-interface', 'volume'].map((kind) => `ec2:CreateTags on ${kind}`),
      ]),
    ],
  };
}

function addTagKey(ask: Ask, key: string): Ask {
  const keys = ask.context['aws:TagKeys'];
  return keys ? { ...ask, context: { ...ask.context, 'aws:TagKeys': [keys, key].flat() } } : ask;
}
