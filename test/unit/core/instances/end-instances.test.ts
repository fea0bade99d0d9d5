import { describe, expect, test } from '@jest/globals';
import { endInstances, INVISIBLE_BOUND_MS, listAlive } from '../../../../src/core/instances/end-instances.js';
import { Failure } from '../../../../src/core/kernel/failure.js';
import type { Termination } from '../../../../src/core/ports/ec2.js';
import { FakeClock } from '../../../worlds/fake-clock.js';

const denied = new Failure('aws-not-authorized', 'not there', { hint: 'h' });
const at = (region: string, ...ids: string[]) => ids.map((id) => ({ id, region }));

/** Regions by name, each with its answer to a termination. */
function aCloud(regions: Readonly<Record<string, (ids: readonly string[]) => Partial<Termination> | Failure>>) {
  const clock = new FakeClock();
  const asked: string[] = [];
  const ec2In = async (region: string) => ({
    async terminate(ids: readonly string[]): Promise<Termination> {
      asked.push(`${region}: ${ids.join(' ')}`);
      const answer = regions[region]!(ids);
      if (answer instanceof Failure) throw answer;
      return { ended: [], unknown: [], refused: [], ...answer };
    },
  });
  const end = (instances: ReturnType<typeof at>, patienceMs = INVISIBLE_BOUND_MS, signal?: AbortSignal) =>
    endInstances(instances, { ec2In, clock, ...(signal && { signal }) }, patienceMs);
  return { clock, asked, end };
}

describe('ending instances', () => {
  test('sends each region one request with its own instances, and returns what EC2 confirmed', async () => {
    const { asked, end } = aCloud({ here: (ended) => ({ ended }), there: (ended) => ({ ended }) });
    const outcome = await end([...at('here', 'a'), ...at('there', 'b'), ...at('here', 'c')]);
    expect(outcome.ended).toEqual([...at('here', 'a', 'c'), ...at('there', 'b')]);
    expect(asked).toEqual(['here: a c', 'there: b']);
    expect(await end([])).toEqual({ ended: [], unlisted: [], refused: [] });
  });

  test.each([
    ['refuses', () => denied],
    ['refuses each id', (ids: readonly string[]) => ({ refused: ids.map((id) => ({ id, failure: denied })) })],
  ])('succeeds in one region when another %s', async (_, answer) => {
    const { end } = aCloud({ here: (ended) => ({ ended }), there: answer });
    const outcome = await end([...at('there', 'a', 'b'), ...at('here', 'c')]);
    expect(outcome.ended).toEqual(at('here', 'c'));
    expect(outcome.refused).toEqual(at('there', 'a', 'b').map((one) => ({ ...one, failure: denied })));
    expect(listAlive(outcome).map(({ id, why }) => `${id}: ${why}`)).toEqual(['a: not there', 'b: not there']);
  });

  test('repeats the request for the instances that EC2 does not know, and only for those', async () => {
    let denials = 3;
    const { asked, end } = aCloud({
      here: (ids) => (denials-- > 0 ? { ended: ids.filter((id) => id !== 'b'), unknown: ['b'] } : { ended: ids }),
    });
    expect((await end(at('here', 'a', 'b'))).ended).toEqual(at('here', 'a', 'b'));
    expect(asked).toEqual(['here: a b', 'here: b', 'here: b', 'here: b']);
  });

  test('keeps what was confirmed when a repeated request fails', async () => {
    let asked = 0;
    const { end } = aCloud({ here: () => (asked++ === 0 ? { ended: ['a'], unknown: ['b'] } : denied) });
    expect(await end(at('here', 'a', 'b'))).toEqual({
      ended: at('here', 'a'),
      unlisted: [],
      refused: [{ id: 'b', region: 'here', failure: denied }],
    });
  });

  test('returns as unlisted what EC2 does not know within the patience', async () => {
    const { clock, asked, end } = aCloud({ here: (unknown) => ({ unknown }) });
    const began = clock.now();
    const outcome = await end(at('here', 'a'));
    expect(outcome).toEqual({ ended: [], unlisted: at('here', 'a'), refused: [] });
    expect(clock.now() - began).toBe(INVISIBLE_BOUND_MS);
    expect(listAlive(outcome)).toEqual([{ ...at('here', 'a')[0], why: expect.stringContaining('does not know a') }]);
    await end(at('here', 'a'), 0);
    expect(asked).toHaveLength(12);
  });

  test('ends its wait with the reason of the signal', async () => {
    const { clock, end } = aCloud({ here: (unknown) => ({ unknown }) });
    const cancel = new AbortController();
    clock.after(3_000, () => cancel.abort(denied));
    await expect(end(at('here', 'a'), INVISIBLE_BOUND_MS, cancel.signal)).rejects.toBe(denied);
  });

  test('throws an error that is not a Failure', async () => {
    const bug = new TypeError('undefined is not a function');
    const { end } = aCloud({
      here: () => {
        throw bug;
      },
    });
    await expect(end(at('here', 'a'))).rejects.toBe(bug);
  });
});
