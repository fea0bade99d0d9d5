import { nearest } from '../kernel/nearest.js';
import type { JsonMap } from './compose-file.js';

/** The number of services that a message lists. */
const LISTED = 20;

/** Whether Compose can create a service from this alone. */
export function isWhole(service: JsonMap): boolean {
  return ['image', 'build', 'extends'].some((key) => service[key] !== undefined && service[key] !== null);
}

/** Completes "names the service `x`, …". */
export function describeUnknownService(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  if (near) return `which the project does not have; did you mean \`${near}\`?`;
  const listed = known.slice(0, LISTED).map((one) => `\`${one}\``);
  const more = known.length > LISTED ? `, and ${known.length - LISTED} more` : '';
  return `which the project does not have with its active profiles, and gives it no \`image\` and no \`build\`; its services: ${listed.join(', ')}${more}.`;
}
