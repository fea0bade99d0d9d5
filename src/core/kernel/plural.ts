/** A count with its noun: `1 instance`, `2 instances`. For nouns whose plural only adds an s. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
