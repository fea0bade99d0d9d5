import { expect, test } from '@jest/globals';
import { INVISIBLE_BOUND_MS } from '../../../../src/core/instances/end-instances.js';
import type { StopRequest } from '../../../../src/core/stop/request.js';
import { InstanceSearch } from '../../../../src/core/stop/search.js';
import { createCloud } from '../../../worlds/cloud.js';
import { run } from '../../../worlds/requests.js';

test('the search for the instance of a runner ends exactly at its bound, with all regions once more', async () => {
  const world = createCloud();
  let askedForRegions = 0;
  world.ec2.listRegions = async () => {
    askedForRegions += 1;
    return world.ec2.regions;
  };
  world.github.addRunner({ name: 'without an instance' });
  const request = { run, label: 'a-label', instanceIds: [] as readonly string[], all: false } as StopRequest;
  const began = world.clock.now();
  await new InstanceSearch(request, world.ports).searchFurther(world.github.listed);
  expect([world.clock.now() - began, askedForRegions]).toEqual([INVISIBLE_BOUND_MS, 2]);
});
