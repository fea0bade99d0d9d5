import { describe, expect, test } from '@jest/globals';
import { LastLines } from '../../../../src/core/compose/last-lines.js';
import { describeRefusal } from '../../../../src/core/compose/up-refusal.js';
import type { Containers } from '../../../../src/core/ports/containers.js';

const refuse = (...lines: readonly string[]) => {
  const last = new LastLines();
  for (const line of lines) last.add(line);
  return describeRefusal({ ended: { code: 1 }, last, projectName: 'ci-1' }, {} as Containers);
};

describe('A refusal of `docker compose up`', () => {
  test('has its reason in the first sentence, which is all that an annotation shows', async () => {
    const { reasons } = await refuse(' Network ci-1_default  Created', 'Error response from daemon: no such host.');
    expect(reasons).toEqual(['`docker compose up` failed (exit code 1): Error response from daemon: no such host.']);
  });

  test('without a word of Compose is a whole sentence', async () => {
    expect((await refuse()).reasons).toEqual(['`docker compose up` failed (exit code 1).']);
  });

  test('names a container_name that another run took after the check, and what to remove', async () => {
    const conflict =
      'Error response from daemon: Conflict. The container name "/db" is already in use by container "c6e382a9c56882f2c68e". You have to remove (or rename) that container to be able to reuse that name.';
    const { reasons, hint } = await refuse(conflict);
    expect(reasons[0]).toContain(
      'db (`container_name`) is the name of another container, c6e382a9c568, not of this run.',
    );
    expect(hint).toContain('Remove `container_name` from the Compose file');
  });
});
