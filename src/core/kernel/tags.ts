/** Everything this suite writes begins with this; users may not. */
export const OWN_PREFIX = 'ci-actions:';

export type Tags = Readonly<Record<string, string>>;
