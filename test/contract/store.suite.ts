import { describeContract, type Difference } from './contract.js';
import { BUCKET_CASES, OBJECT_CASES, UPLOAD_CASES } from './store.cases.js';
import type { StoreWorld } from './store.world.js';

const CASES = { ...BUCKET_CASES, ...OBJECT_CASES, ...UPLOAD_CASES };

/** Holds one implementation of `Store` to all cases. */
export function describeStore(
  title: string,
  createWorld: () => StoreWorld | Promise<StoreWorld>,
  differences: Readonly<Record<string, Difference>> = {},
): void {
  describeContract<StoreWorld, object>(title, { cases: CASES, createWorld, differences });
}
