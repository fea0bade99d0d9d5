/** The prefix of every tag that this suite writes. Users' own tags may not have it. */
export const OWN_PREFIX = 'ci-actions:';

export type Tags = Readonly<Record<string, string>>;
