import { describe, expect, test } from '@jest/globals';
import { removeProject } from '../../../../src/core/compose/remove.js';
import type { Containers } from '../../../../src/core/ports/containers.js';
import { FakeClock } from '../../../worlds/fake-clock.js';
import { recordLog } from '../../../worlds/log.js';

/** What one project has, and a Docker that may refuse to remove some of it. */
class Leftovers {
  readonly clock = new FakeClock();
  readonly saved: string[] = [];
  readonly downs: number[] = [];
  /** A program that the killed step left, and that creates a container as long as it runs. */
  program: string | undefined;
  private names: readonly string[];

  constructor(
    names: readonly string[],
    private readonly stuck: readonly string[] = [],
  ) {
    this.names = names;
  }

  private endPrograms(): void {
    if (this.program !== undefined) this.createLater(1_000, this.program);
    this.program = undefined;
  }

  /** A program of the killed step creates a container later. */
  createLater(ms: number, name: string): void {
    this.clock.after(ms, () => (this.names = [...this.names, name]));
  }

  remove(containers: Partial<Containers> = {}) {
    const own: Partial<Containers> = {
      listRemains: async () => ({ containers: this.names, networks: [], volumes: [] }),
      list: async () => this.names.map((service) => ({ id: `id-${service}`, service })) as never,
      saveLog: async (id, file) => void this.saved.push(`${id} ${file}`),
      down: async () => {
        this.downs.push(this.clock.now());
        this.names = this.names.filter((name) => this.stuck.includes(name));
        return { code: 0 };
      },
      ...containers,
    };
    const { log, said } = recordLog();
    const removal = {
      containers: own as Containers,
      clock: this.clock,
      projectName: 'ci-1',
      logs: '/logs',
      endPrograms: () => this.endPrograms(),
    };
    return { said, removed: removeProject(removal, log) };
  }
}

describe('What a killed step left', () => {
  test('is removed after its logs were saved', async () => {
    const left = new Leftovers(['a', 'b']);
    expect(await left.remove().removed).toBe(2);
    expect(left.saved).toEqual(['id-a /logs/a-1.log', 'id-b /logs/b-1.log']);
    expect(left.downs).toHaveLength(1);
  });

  test('is removed as well if a program of the step creates it a little later', async () => {
    const left = new Leftovers(['a']);
    left.createLater(2_000, 'late');
    expect(await left.remove().removed).toBe(2);
    expect(left.downs).toHaveLength(2);
  });

  test('grows no more, because programs of the step are killed first', async () => {
    const left = new Leftovers([]);
    left.program = 'half';
    expect(await left.remove().removed).toBe(1);
    expect(left.program).toBeUndefined();
  });

  test('is removed though a log cannot be saved', async () => {
    const left = new Leftovers(['a']);
    const { said, removed } = left.remove({ saveLog: () => Promise.reject(new Error('no space')) });
    expect(await removed).toBe(1);
    expect(said).toContain('Not all logs could be saved: no space');
  });

  test('is named if Docker does not remove it', async () => {
    const left = new Leftovers(['a', 'b'], ['b']);
    await expect(left.remove().removed).rejects.toMatchObject({
      code: 'cleanup-incomplete',
      message: 'Of the project ci-1 still exist: b.',
    });
  });

  test('is nothing if the step had cleaned up', async () => {
    const left = new Leftovers([]);
    expect(await left.remove().removed).toBe(0);
    // An image that was built is not among the names.
    expect(left.downs).toHaveLength(1);
  });
});
