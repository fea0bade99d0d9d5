import type { Params } from '../query/params.js';
import type { XmlValue } from '../query/xml.js';
import { Ec2Error, refuseValue } from '../world/errors.js';
import { makeId } from '../world/ids.js';
import type { ImageRecord, Tags } from '../world/records.js';
import type { SnapshotRecord } from '../world/volume-records.js';
import { ACCOUNT } from '../world/seed.js';
import type { Ec2World } from '../world/world.js';
import { findImages, isPublic } from './images.js';
import { readTagSpecifications } from './tags.js';

type Answer = { [element: string]: XmlValue };

/** Copies an image of any region into this one. */
export function copyImage(world: Ec2World, params: Params): Answer {
  const original = findOriginal(world, params);
  const name = readName(params);
  const tags = readTagSpecifications(params, ['image', 'snapshot']);
  const token = params.text('ClientToken') ?? '';
  const fingerprint = params.fingerprint(['ClientToken', 'Action', 'Version']);
  const earlier = token === '' ? undefined : world.copies.get(token);
  if (earlier && earlier.fingerprint !== fingerprint) {
    throw new Ec2Error('IdempotentParameterMismatch', 'The client token was used for a non-identical request.');
  }
  if (earlier) return { imageId: earlier.imageId };
  refuseTakenName(world, name);
  const copied = params.flag('CopyImageTags') && !isPublic(original) ? original.tags : new Map<string, string>();
  const imageTags: Tags = new Map([...copied, ...(tags.get('image') ?? [])]);
  const image = makeCopy(world, original, { name, imageTags, snapshotTags: new Map(tags.get('snapshot')) });
  if (token !== '') world.copies.set(token, { fingerprint, imageId: image.id });
  return { imageId: image.id };
}

function findOriginal(world: Ec2World, params: Params): ImageRecord {
  const region = params.require('SourceRegion');
  const id = params.require('SourceImageId');
  const source = world.regions.get(region);
  if (!source) throw refuseValue(region, 'sourceRegion', 'No such Region.');
  const [original] = findImages(source, [id]);
  if (original?.state !== 'available') {
    throw new Ec2Error('InvalidRequest', 'The storage for the ami is not available in the source Region.');
  }
  return original;
}

/** Source: EC2 API reference, CreateImage `Name`, and "Error codes for the Amazon EC2 API". */
function readName(params: Params): string {
  const name = params.require('Name');
  if (/^[A-Za-z0-9()[\] ./'@_-]{3,128}$/.test(name)) return name;
  const allowed = "letters, numbers, and ( ) [ ] spaces . / - ' @ _";
  throw new Ec2Error(
    'InvalidAMIName.Malformed',
    `AMI names must be between 3 and 128 characters long, and may contain ${allowed}`,
  );
}

function refuseTakenName(world: Ec2World, name: string): void {
  const own = [...world.images.values()].filter(({ ownerId }) => ownerId === ACCOUNT);
  const other = own.find((image) => image.name === name && image.state !== 'deregistered');
  if (!other) return;
  throw new Ec2Error('InvalidAMIName.Duplicate', `AMI name ${name} is already in use by AMI ${other.id}`);
}

function makeCopy(
  world: Ec2World,
  original: ImageRecord,
  { name, imageTags, snapshotTags }: { readonly name: string; readonly imageTags: Tags; readonly snapshotTags: Tags },
): ImageRecord {
  const { deprecatedFrom: _date, stateReason: _reason, ...kept } = original;
  const now = Date.now();
  const sizeGiB = original.rootVolumeGiB;
  const snapshot: SnapshotRecord = {
    id: makeId('snap-'),
    sizeGiB,
    createdAt: now,
    state: 'pending',
    tags: snapshotTags,
  };
  const image: ImageRecord = {
    ...kept,
    id: makeId('ami-'),
    name,
    ownerId: ACCOUNT,
    createdAt: new Date(now).toISOString(),
    snapshotId: snapshot.id,
    state: 'pending',
    tags: imageTags,
  };
  world.snapshots.set(snapshot.id, snapshot);
  world.images.set(image.id, image);
  world.after(world.timeline.copyMs, () => {
    if (image.state !== 'pending') return;
    image.state = 'available';
    snapshot.state = 'completed';
  });
  return image;
}
