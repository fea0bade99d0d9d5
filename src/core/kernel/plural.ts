/**
 * A count with its noun: `1 instance`, `2 instances`. Every message with a count uses it.
 *
 * @param several the plural, if it is not the noun with an s
 */
export function plural(count: number, noun: string, several = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : several}`;
}
