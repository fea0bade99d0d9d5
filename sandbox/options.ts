import type { Ec2Options, Timeline } from './ec2/world/options.js';
import type { Boot } from './ec2/world/records.js';
import type { GitHubOptions } from './github/github.js';
import type { Baked } from './machine/disk.js';

export interface SandboxOptions extends Partial<Omit<Ec2Options, 'timeline' | 'boot' | 'storage'>> {
  readonly timeline?: Partial<Timeline> & {
    /** How long an instance's programs may take to end once it is being shut down, in ms. Default 5000. */
    readonly graceMs?: number;
  };
  /** False: instances exist in the API alone, and no program runs. A function creates machines of another kind. */
  readonly machines?: boolean | Boot;
  /** Replaces this suite's agent or the stand-in runner on this suite's images. */
  readonly baked?: Partial<Baked>;
  readonly github?: Omit<GitHubOptions, 'emit'>;
  /** Further regions, each with an EC2 of its own. All other regions are empty. */
  readonly otherRegions?: readonly string[];
  /** The folder for the disks of instances. Default: a temporary folder, removed on close. */
  readonly directory?: string;
  /** Default: any free ports. */
  readonly ports?: { readonly aws?: number; readonly github?: number };
  /** The address that it listens on, and that its machines connect to. Default: 127.0.0.1. */
  readonly address?: string;
  /** Called when a request to the control API asks the sandbox to stop. Default: such requests are refused. */
  readonly onStop?: () => void;
}
