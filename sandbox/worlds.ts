import { join } from 'node:path';
import { createAws } from './aws.js';
import { Ec2Region } from './ec2/region.js';
import type { Timeline } from './ec2/world/options.js';
import type { EventLog } from './events.js';
import { createGitHub, type GitHubWorld } from './github/github.js';
import { createBoot } from './machine/machine.js';
import { FolderStorage } from './machine/storage.js';
import type { SandboxOptions } from './options.js';

const TIMELINE: Timeline = { pendingMs: 50, bootMs: 50, shuttingDownMs: 50, invisibleMs: 0, copyMs: 50 };

/** Everything in a sandbox that has a state. */
export interface Worlds {
  readonly ec2: Ec2Region;
  /** EC2 in the other regions, by region name. */
  readonly elsewhere: ReadonlyMap<string, Ec2Region>;
  readonly github: GitHubWorld;
  readonly aws: ReturnType<typeof createAws>;
  close(): Promise<void>;
}

/** AWS and GitHub as they are at the start. */
export function createWorlds(options: SandboxOptions, directory: string, log: EventLog): Worlds {
  let isOpen = true;
  // The programs of closed worlds end later.
  const emit: EventLog['emit'] = (event) => isOpen && log.emit(event);
  const { ec2, elsewhere } = createRegions(options, directory, emit);
  const github = createGitHub({ ...options.github, emit });
  return {
    ec2,
    elsewhere,
    github,
    aws: createAws(ec2, elsewhere),
    async close() {
      isOpen = false;
      await Promise.all([ec2, ...elsewhere.values()].map((one) => one.close()));
      github.close();
    },
  };
}

/** The home region and the further ones. Each can copy images from all of them. */
function createRegions(
  options: SandboxOptions,
  directory: string,
  emit: EventLog['emit'],
): Pick<Worlds, 'ec2' | 'elsewhere'> {
  const { graceMs = 5000, ...timeline } = { ...TIMELINE, ...options.timeline };
  const storage = new FolderStorage(join(directory, 'volumes'));
  const create = (region: string): Ec2Region => {
    const processes = createBoot({ directory, region, graceMs, baked: options.baked, storage });
    const boot = typeof options.machines === 'function' ? options.machines : processes;
    const machines = options.machines === false ? {} : { boot, storage };
    return new Ec2Region({ ...options, region, timeline, ...machines }, emit);
  };
  const ec2 = create(options.region ?? 'us-east-1');
  const elsewhere = new Map((options.otherRegions ?? []).map((name) => [name, create(name)]));
  const all = [ec2, ...elsewhere.values()];
  for (const region of all) for (const other of all) region.regions.set(other.region, other);
  return { ec2, elsewhere };
}
