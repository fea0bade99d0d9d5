import type { TagFilter } from '../../src/core/ports/volumes.js';

/** Whether EC2's filter by these tags finds it. */
export function hasTags({ tags }: { readonly tags: Readonly<Record<string, string>> }, wanted: TagFilter): boolean {
  return Object.entries(wanted).every(([key, value]) => {
    if (typeof value === 'string') return tags[key] === value;
    if ('startsWith' in value) return tags[key]?.startsWith(value.startsWith);
    const shape = new RegExp(`^${key.replace(/[a-z]/gi, '.')}$`);
    return Object.keys(tags).some((one) => shape.test(one));
  });
}

export function takeOut<T extends { readonly id: string }>(things: T[], id: string): T | undefined {
  const at = things.findIndex((thing) => thing.id === id);
  return at < 0 ? undefined : things.splice(at, 1)[0];
}
