import { TAG } from '../src/core/identity.js';
import { PLACE } from './policy.js';

const REPOSITORY = `${PLACE.owner}/${PLACE.repository}`;

/**
 * The one tag that decides. It is compared as a pattern, so that `octo-org/*` can stand for all of an owner's
 * repositories; without a star a pattern is the text itself.
 */
export const MARKED_AS_OURS = { [`aws:RequestTag/${TAG.repository}`]: REPOSITORY } as const;
export const IS_OURS = { [`aws:ResourceTag/${TAG.repository}`]: REPOSITORY } as const;
