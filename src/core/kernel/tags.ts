/** The prefix of every tag that this suite writes. Users' own tags may not have it. */
export const OWN_PREFIX = 'ci-actions:';

export type Tags = Readonly<Record<string, string>>;

/** Whether all these tags are there, with exactly these values. Checks a service's answer, in case it ignored a filter. */
export function hasTags(tags: Tags, wanted: Tags): boolean {
  return Object.entries(wanted).every(([key, value]) => tags[key] === value);
}
