import type { Ec2Event } from './ec2/world/events.js';
import type { GitHubEvent } from './github/world/events.js';

export type SandboxEvent = Ec2Event | GitHubEvent;

/** All events of a sandbox, in the order in which they happened. */
export interface EventLog {
  readonly events: readonly SandboxEvent[];
  readonly emit: (event: SandboxEvent) => void;
  /** Forgets all events so far. */
  readonly clear: () => void;
  /** Calls back for each event to come. Returns a function that ends the subscription. */
  readonly on: (listener: (event: SandboxEvent) => void) => () => void;
}

export function createEvents(): EventLog {
  const events: SandboxEvent[] = [];
  const listeners = new Set<(event: SandboxEvent) => void>();
  return {
    events,
    emit(event) {
      events.push(event);
      for (const listener of listeners) listener(event);
    },
    clear() {
      events.length = 0;
    },
    on(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
