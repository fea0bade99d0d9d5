/** A map, because EC2 keeps the order of tags and CreateTags changes them. */
export type Tags = Map<string, string>;
