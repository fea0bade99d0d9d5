import type {
  ImageCopy,
  ImageEc2,
  LeftSnapshot,
  OwnImage,
  OwnSnapshot,
  TemplateVersion,
} from '../../src/core/images/ports.js';
import type { Clock } from '../../src/core/kernel/clock.js';
import { Failure } from '../../src/core/kernel/failure.js';
import type { Instance, TagFilter } from '../../src/core/ports/ec2.js';
import { hasTags } from './fake-tags.js';
import { FakeFaults, type FakeFault } from './fake-faults.js';

export interface FakeImage extends OwnImage {
  /** Whether it belongs to another account. */
  readonly foreign?: boolean;
}

type Operation = Exclude<keyof ImageEc2, 'region'>;

/** How long a copy takes. */
const COPY_MS = 5 * 60_000;

/**
 * EC2 and SSM of one region in memory, as far as keeping images needs them. Public members that the port does not have
 * are for tests.
 */
export class FakeImageEc2 implements ImageEc2 {
  images: FakeImage[] = [];
  snapshots: OwnSnapshot[] = [];
  instances: Instance[] = [];
  templates: TemplateVersion[] = [];
  readonly parameters = new Map<string, string>();
  /** The calls that changed something, in order: `write NAME VALUE`, `deregister ID` … */
  readonly changes: string[] = [];
  /** Snapshots that EC2 does not delete, and its reason. */
  readonly stubborn = new Map<string, string>();
  /** How the next copy ends. */
  outcome: Partial<OwnImage> = { state: 'available' };
  private readonly versions = new Map<string, string[]>();
  private readonly copies = new Map<string, string>();
  private readonly faults = new FakeFaults<Operation>();
  private made = 0;

  constructor(
    readonly region: string,
    private readonly clock: Clock & { after?(ms: number, action: () => void): void },
    private readonly neighbors: Map<string, FakeImageEc2> = new Map(),
  ) {
    neighbors.set(region, this);
  }

  /** Makes the next calls of this operation fail. */
  fault(operation: Operation, fault: FakeFault): void {
    this.faults.plan(operation, fault);
  }

  listRegions(): Promise<readonly string[]> {
    return this.faults.answer('listRegions', () => [...this.neighbors.keys()]);
  }

  readParameters(names: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return this.faults.answer(
      'readParameters',
      () => new Map(names.flatMap((name) => (this.find(name) === undefined ? [] : [[name, this.find(name)!]]))),
    );
  }

  resolveParameter(reference: string): Promise<string | undefined> {
    return this.faults.answer('resolveParameter', () => this.find(reference.replace(/^arn:.*?:parameter/, '')));
  }

  writeParameter(name: string, value: string): Promise<void> {
    return this.faults.answer('writeParameter', () => {
      this.versions.set(name, [...this.versionsOf(name), value]);
      this.parameters.set(name, value);
      this.changes.push(`write ${name} ${value}`);
    });
  }

  findImage(id: string): Promise<OwnImage | undefined> {
    return this.faults.answer('findImage', () => this.images.find((image) => image.id === id));
  }

  listImages(): Promise<readonly OwnImage[]> {
    return this.faults.answer('listImages', () => this.images.filter(({ foreign }) => !foreign));
  }

  listSnapshots(tags: TagFilter): Promise<readonly OwnSnapshot[]> {
    return this.faults.answer('listSnapshots', () => this.snapshots.filter((snapshot) => hasTags(snapshot, tags)));
  }

  findInstancesOf(imageIds: readonly string[]): Promise<readonly Instance[]> {
    return this.faults.answer('findInstancesOf', () =>
      this.instances.filter(({ imageId, state }) => imageIds.includes(imageId) && state !== 'terminated'),
    );
  }

  listTemplateVersions(): Promise<readonly TemplateVersion[]> {
    return this.faults.answer('listTemplateVersions', () => this.templates);
  }

  copyImage(copy: ImageCopy): Promise<{ readonly id: string } | 'name-taken'> {
    return this.faults.answer('copyImage', () => {
      const earlier = this.copies.get(copy.clientToken);
      if (earlier !== undefined) return { id: earlier };
      if (this.images.some(({ name, foreign }) => name === copy.name && !foreign)) return 'name-taken';
      const original = this.neighbors.get(copy.from.region)?.images.find(({ id }) => id === copy.from.id);
      if (!original) throw new Failure('image-not-found', `EC2 has no ${copy.from.id}.`, { hint: 'Correct it.' });
      return { id: this.makeCopy(original, copy) };
    });
  }

  deprecateImage(id: string, from: number): Promise<void> {
    return this.faults.answer('deprecateImage', () => {
      this.require(id);
      // EC2 rounds the date to the minute.
      this.change(id, { deprecatedFrom: Math.round(from / 60_000) * 60_000 });
    });
  }

  deregisterImage(id: string): Promise<'absent' | { readonly left: readonly LeftSnapshot[] }> {
    return this.faults.answer('deregisterImage', () => {
      const image = this.images.find((one) => one.id === id);
      if (!image) return 'absent';
      this.require(id);
      this.images = this.images.filter((one) => one.id !== id);
      this.changes.push(`deregister ${id}`);
      return { left: image.snapshotIds.flatMap((snapshot) => this.dropSnapshot(snapshot)) };
    });
  }

  deleteSnapshot(id: string): Promise<'deleted' | 'absent' | 'in-use'> {
    return this.faults.answer('deleteSnapshot', () => {
      if (!this.snapshots.some((one) => one.id === id)) return 'absent';
      if (this.images.some(({ snapshotIds }) => snapshotIds.includes(id))) return 'in-use';
      this.snapshots = this.snapshots.filter((one) => one.id !== id);
      this.changes.push(`delete ${id}`);
      return 'deleted';
    });
  }

  private dropSnapshot(id: string): LeftSnapshot[] {
    if (this.images.some(({ snapshotIds }) => snapshotIds.includes(id))) return [{ id, why: 'skipped' }];
    const why = this.stubborn.get(id);
    if (why !== undefined) return [{ id, why }];
    this.snapshots = this.snapshots.filter((one) => one.id !== id);
    return [];
  }

  private makeCopy(original: OwnImage, copy: ImageCopy): string {
    const number = `${++this.made}`.padStart(2, '0');
    const [id, snapshot] = [`ami-0c0d00000000000${number}`, `snap-0c0d00000000000${number}`];
    const createdAt = this.clock.now();
    const { deprecatedFrom: _date, ...kept } = original;
    this.images.push({ ...kept, id, name: copy.name, state: 'pending', createdAt, snapshotIds: [snapshot] });
    this.snapshots.push({ id: snapshot, state: 'pending', createdAt, tags: copy.snapshotTags });
    this.copies.set(copy.clientToken, id);
    this.changes.push(`copy ${copy.from.id} from ${copy.from.region}`);
    const finish = (): void => this.change(id, this.outcome);
    if (this.clock.after) this.clock.after(COPY_MS, finish);
    else setTimeout(finish, 20).unref();
    return id;
  }

  private change(id: string, changes: Partial<OwnImage>): void {
    this.images = this.images.map((image) => (image.id === id ? { ...image, ...changes } : image));
  }

  private require(id: string): void {
    if (this.images.some((image) => image.id === id && !image.foreign)) return;
    throw new Failure('aws-rejected', `EC2 does not let you change ${id}.`, { hint: 'Correct it.' });
  }

  private versionsOf(name: string): readonly string[] {
    const current = this.parameters.get(name);
    return this.versions.get(name) ?? (current === undefined ? [] : [current]);
  }

  private find(asked: string): string | undefined {
    const [, name = '', version] = /^(.*?)(?::(\d+))?$/.exec(asked) ?? [];
    return version === undefined ? this.parameters.get(name) : this.versionsOf(name)[Number(version) - 1];
  }
}
