import type { Image } from '../ports/catalog.js';
import type { Ec2, Instance, TagFilter } from '../ports/ec2.js';

/** An image with the facts that keeping images needs. */
export interface OwnImage extends Image {
  /** When EC2 created it, which for a copy is later than the build; epoch ms. */
  readonly createdAt: number;
  readonly snapshotIds: readonly string[];
  /** EC2's reason for the state `failed`. */
  readonly stateReason?: string;
  /** Epoch ms. */
  readonly deprecatedFrom?: number;
}

export interface OwnSnapshot {
  readonly id: string;
  /** As EC2 names it: `pending`, `completed`, `error`, … */
  readonly state: string;
  readonly createdAt: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** One version of a launch template that names an image. */
export interface TemplateVersion {
  readonly template: string;
  readonly version: number;
  /** As the template has it: an image's id, or `resolve:ssm:` and a parameter. */
  readonly image: string;
}

/** What one CopyImage call needs. EC2 itself copies the tags of the image. */
export interface ImageCopy {
  readonly from: { readonly region: string; readonly id: string };
  readonly name: string;
  /** EC2 does not copy the tags of the snapshots. */
  readonly snapshotTags: Readonly<Record<string, string>>;
  /** The same for every retry of this copy. */
  readonly clientToken: string;
}

/** A snapshot that was not deleted with its image, and EC2's reason. */
export interface LeftSnapshot {
  readonly id: string;
  readonly why: string;
}

/** EC2 and SSM in one region, as far as keeping images needs them. */
export interface ImageEc2 extends Pick<Ec2, 'region' | 'listRegions' | 'readParameters'> {
  /** An image of any owner; `undefined` when EC2 answers that it does not exist. */
  findImage(id: string): Promise<OwnImage | undefined>;
  /** The images of this account, in any state, disabled and deprecated ones too; every page is read. */
  listImages(): Promise<readonly OwnImage[]>;
  /** The snapshots of this account with these tags; every page is read. */
  listSnapshots(tags: TagFilter): Promise<readonly OwnSnapshot[]>;
  /** Instances in any state but `terminated` that were launched from one of these images. */
  findInstancesOf(imageIds: readonly string[]): Promise<readonly Instance[]>;
  /** Every version of every launch template that names an image. */
  listTemplateVersions(): Promise<readonly TemplateVersion[]>;
  /** The value of a parameter by name, ARN, `name:version` or `name:label`; `undefined` when SSM knows none. */
  resolveParameter(reference: string): Promise<string | undefined>;
  writeParameter(name: string, value: string): Promise<void>;
  /** Begins a copy. */
  copyImage(copy: ImageCopy): Promise<{ readonly id: string } | 'name-taken'>;
  deprecateImage(id: string, from: number): Promise<void>;
  /** Also deletes the image's snapshots; `left` are those that could not be deleted. */
  deregisterImage(id: string): Promise<'absent' | { readonly left: readonly LeftSnapshot[] }>;
  /** `in-use`: an image needs it, and nothing was done. */
  deleteSnapshot(id: string): Promise<'deleted' | 'absent' | 'in-use'>;
}
