import { expect, test } from '@jest/globals';
import { renew } from '../../../../src/core/volumes/renew.js';
import { aVolume } from '../../../worlds/data-volume.js';
import { FakeClock } from '../../../worlds/fake-clock.js';
import { recordLog } from '../../../worlds/log.js';

/** @param unknown how many times EC2 does not know the volume */
async function tryToRenew(unknown: number) {
  const clock = new FakeClock();
  const { log, said } = recordLog();
  let asked = 0;
  const tagResource = async (): Promise<'tagged' | 'absent'> => ((asked += 1) <= unknown ? 'absent' : 'tagged');
  const began = clock.now();
  await renew({ id: 'vol-1', tags: {} } as never, aVolume(), { volumes: { tagResource }, clock, log });
  return { asked, said: said.join('\n'), ms: clock.now() - began };
}

test('A volume that EC2 does not know yet, although it is attached, is marked a second later', async () => {
  expect(await tryToRenew(1)).toEqual({ asked: 2, said: '', ms: 1000 });
});

test('A volume that EC2 does not know for ten seconds is reported', async () => {
  const { asked, said, ms } = await tryToRenew(Infinity);
  expect([asked, ms]).toEqual([11, 10_000]);
  expect(said).toContain('Volume vol-1 could not be marked as used');
});
