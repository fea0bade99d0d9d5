import { randomBytes } from 'node:crypto';

/** An id in EC2's long format: the prefix and 17 hexadecimal digits. */
export function makeId(prefix: string): string {
  return `${prefix}0${randomBytes(8).toString('hex')}`;
}
