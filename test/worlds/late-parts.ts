import * as claim from '../../src/core/start/claim.js';
import * as claimable from '../../src/core/start/claimable.js';
import { rolesFormat } from '../../src/core/machine/roles-format.js';
import type { LateParts } from '../../src/core/start/parts.js';
import { Singleton } from '../../src/core/start/singleton.js';

/** The code that an action loads only for some requests. */
export const lateParts = {
  rolesFormat,
  loadSingleton: async () => Singleton,
  loadPool: async () => ({ ...claim, ...claimable }),
} satisfies LateParts & { rolesFormat: typeof rolesFormat };
