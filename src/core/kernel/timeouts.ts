import { TAG } from './identity.js';
import type { Tags } from './tags.js';

/** The bounds that the boot agent enforces on its instance. */
export interface AgentTimeouts {
  /** From launch until the runner must be online. */
  readonly startupMs: number;
  /** From then until a job must have come. */
  readonly idleMs: number;
}

/** The value of the tag by which stop-runner can report when an instance ends. EC2 allows no comma in a tag's value. */
export function renderTimeouts({ startupMs, idleMs }: AgentTimeouts): string {
  return `startup=${startupMs / 60_000} idle=${idleMs / 60_000}`;
}

/** The inverse of {@link renderTimeouts}; `undefined` when the tag is missing or malformed. */
export function readTimeouts(tags: Tags): AgentTimeouts | undefined {
  const [, startup, idle] = /^startup=([\d.]+) idle=([\d.]+)$/.exec(tags[TAG.timeouts] ?? '') ?? [];
  if (!Number(startup) || !Number(idle)) return undefined;
  return { startupMs: Number(startup) * 60_000, idleMs: Number(idle) * 60_000 };
}
