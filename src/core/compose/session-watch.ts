import type { ContainerState } from '../ports/containers.js';
import { Bell } from './bell.js';
import { findDeaths, type Death } from './servers.js';
import type { ComposeWorld } from './world.js';

/** The shortest time between two lists of the containers while a session runs. */
const CADENCE_MS = 500;

/** Watches the servers while a session runs, so that a death is logged when it happens. */
export class SessionWatch {
  private readonly exits = new Map<string, number>();
  private readonly said = new Set<string>();
  private readonly bell = new Bell();
  private readonly ending = new AbortController();
  private readonly stop: () => void;

  /** @param before the servers as they were when all of them were ready */
  constructor(
    private readonly world: ComposeWorld,
    private readonly before: readonly ContainerState[],
    private readonly about: {
      readonly isProvenServer: (containerId: string) => boolean;
      readonly say: (sentence: string) => void;
    },
  ) {
    this.stop = world.containers.watch(world.projectName, () => this.bell.ring());
    void this.observe();
  }

  /**
   * Compares the servers for the last time.
   *
   * @param endedAt when the session ended, epoch ms
   * @param seen the containers, if they were listed after that
   */
  async end(
    endedAt: number,
    seen?: readonly ContainerState[],
  ): Promise<{ readonly deaths: readonly Death[]; readonly states: readonly ContainerState[] }> {
    this.close();
    const states = seen ?? (await this.world.containers.list(this.world.projectName));
    return { deaths: this.compare(states, endedAt), states };
  }

  close(): void {
    this.stop();
    this.ending.abort();
  }

  private async observe(): Promise<void> {
    const { containers, clock, projectName } = this.world;
    const { signal } = this.ending;
    try {
      while (!signal.aborted) {
        await this.bell.wait(clock, 3_600_000, signal);
        // At once, because a container is restarted after 100 ms, and only before that shows its exit code.
        const states = await containers.list(projectName);
        if (signal.aborted) return;
        for (const death of this.compare(states, clock.now())) {
          if (this.said.has(`${death.containerId} ${death.what}`)) continue;
          this.said.add(`${death.containerId} ${death.what}`);
          this.about.say(`${death.service} ${death.what} while the session runs.`);
        }
        await clock.sleep(CADENCE_MS, signal);
      }
    } catch {
      // Ended, or the engine did not answer: the last comparison asks it again, and fails with the reason.
    }
  }

  private compare(states: readonly ContainerState[], endedAt: number): readonly Death[] {
    for (const { id, status, exitCode } of states) {
      if (status === 'restarting' || status === 'exited') this.exits.set(id, exitCode);
    }
    const { isProvenServer } = this.about;
    return findDeaths(this.before, states, { endedAt, isProvenServer, lastExitOf: (id) => this.exits.get(id) });
  }
}
