import { TAG } from './identity.js';
import type { Tags } from './tags.js';

/** The bounds that the boot agent keeps by itself, so that stop-runner can report when an instance ends. */
export interface Timeouts {
  readonly startupMs: number;
  readonly idleMs: number;
}

/** The value of the tag `ci-actions:timeouts`, in minutes. EC2 allows no comma in a tag. */
export function renderTimeouts({ startupMs, idleMs }: Timeouts): string {
  return `startup=${startupMs / 60_000} idle=${idleMs / 60_000}`;
}

/** The inverse of {@link renderTimeouts}; `undefined` when the tag is missing or a person has changed it. */
export function readTimeouts(tags: Tags): Timeouts | undefined {
  const [, startup, idle] = /^startup=([\d.]+) idle=([\d.]+)$/.exec(tags[TAG.timeouts] ?? '') ?? [];
  if (!Number(startup) || !Number(idle)) return undefined;
  return { startupMs: Number(startup) * 60_000, idleMs: Number(idle) * 60_000 };
}
