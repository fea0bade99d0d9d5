import type { Ec2, Instance, TagFilter } from '../ports/ec2.js';
import type { Image } from '../ports/catalog.js';

/** An image of this account, with what its keeper needs to know. */
export interface OwnImage extends Image {
  /** Epoch ms: when EC2 made it, which for a copy is later than the build. */
  readonly createdAt: number;
  readonly snapshotIds: readonly string[];
  /** EC2's words for why it failed. */
  readonly stateReason?: string;
  /** Epoch ms. */
  readonly deprecatedFrom?: number;
}

export interface OwnSnapshot {
  readonly id: string;
  /** EC2's words: `pending`, `completed`, `error`, … */
  readonly state: string;
  readonly createdAt: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** One version of a launch template that names an image. */
export interface TemplateVersion {
  readonly template: string;
  readonly version: number;
  /** As it is written there: an image's id, or `resolve:ssm:` with a parameter. */
  readonly image: string;
}

/** Everything one CopyImage call needs; the copy gets the tags of the original from EC2 itself. */
export interface ImageCopy {
  readonly from: { readonly region: string; readonly id: string };
  readonly name: string;
  /** Snapshots inherit nothing. */
  readonly snapshotTags: Readonly<Record<string, string>>;
  /** The same for every retry of this copy. */
  readonly clientToken: string;
}

/** A snapshot that outlived its image, and EC2's word for why. */
export interface LeftSnapshot {
  readonly id: string;
  readonly why: string;
}

/** What keeping images asks of EC2 and SSM in one region. */
export interface ImageEc2 extends Pick<Ec2, 'region' | 'listRegions' | 'readParameters'> {
  /** Of any owner; `undefined` when EC2 says there is none. */
  findImage(id: string): Promise<OwnImage | undefined>;
  /** Of this account, in any state, disabled and deprecated ones too; every page is read. */
  listImages(): Promise<readonly OwnImage[]>;
  /** Of this account, with this tag; every page is read. */
  listSnapshots(tags: TagFilter): Promise<readonly OwnSnapshot[]>;
  /** Instances in any state but `terminated` that were launched from one of these images. */
  findInstancesOf(imageIds: readonly string[]): Promise<readonly Instance[]>;
  /** Every version of every launch template that names an image. */
  listTemplateVersions(): Promise<readonly TemplateVersion[]>;
  /** The value of a parameter by name, ARN, `name:version` or `name:label`; `undefined` when SSM knows none. */
  resolveParameter(reference: string): Promise<string | undefined>;
  writeParameter(name: string, value: string): Promise<void>;
  /** @returns the copy, which is being made from now on */
  copyImage(copy: ImageCopy): Promise<{ readonly id: string } | 'name-taken'>;
  deprecateImage(id: string, from: number): Promise<void>;
  /** Takes the image's snapshots along; those that could not be deleted are returned. */
  deregisterImage(id: string): Promise<'absent' | { readonly left: readonly LeftSnapshot[] }>;
  /** `in-use`: an image needs it, and nothing was done. */
  deleteSnapshot(id: string): Promise<'deleted' | 'absent' | 'in-use'>;
}
