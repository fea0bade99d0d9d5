import type { Params } from '../query/params.js';
import type { XmlValue } from '../query/xml.js';
import { Ec2Error, refuseValue } from '../world/errors.js';
import type { ImageRecord } from '../world/records.js';
import type { Ec2World } from '../world/world.js';
import { findImages, isPublic } from './images.js';
import { isDenied } from './permissions.js';

type Answer = { [element: string]: XmlValue };

/** Deletes the snapshot only on request, and never if another image needs it. */
export function deregisterImage(world: Ec2World, params: Params): Answer {
  const image = findOwn(world, params);
  image.state = 'deregistered';
  if (!params.flag('DeleteAssociatedSnapshots')) return { return: true };
  const snapshotId = image.snapshotId;
  const returnCode = deleteSnapshotOf(world, image);
  return { return: true, deleteSnapshotResultSet: [{ snapshotId, returnCode }] };
}

function deleteSnapshotOf(world: Ec2World, image: ImageRecord): string {
  if (findUserOf(world, image.snapshotId)) return 'skipped';
  if (isDenied(world, 'ec2:DeleteSnapshot')) return 'missing-permissions';
  world.snapshots.delete(image.snapshotId);
  return 'success';
}

/** The image that uses a snapshot. */
export function findUserOf(world: Ec2World, snapshotId: string): ImageRecord | undefined {
  return [...world.images.values()].find((one) => one.snapshotId === snapshotId && one.state !== 'deregistered');
}

const TEN_YEARS_MS = 10 * 366 * 86_400_000;

/** Source: EC2 API reference, EnableImageDeprecation `DeprecateAt`. */
export function enableImageDeprecation(world: Ec2World, params: Params): Answer {
  const image = findOwn(world, params);
  const deprecateAt = params.require('DeprecateAt');
  const date = Date.parse(deprecateAt);
  if (Number.isNaN(date)) throw refuseValue(deprecateAt, 'deprecateAt', 'Expecting a date in ISO 8601.');
  if (date < Date.now()) throw refuseValue(deprecateAt, 'deprecateAt', "You can't specify a date in the past.");
  if (date > Date.now() + TEN_YEARS_MS) throw refuseValue(deprecateAt, 'deprecateAt', 'At most 10 years from now.');
  image.deprecatedFrom = new Date(Math.round(date / 60_000) * 60_000).toISOString();
  return { return: true };
}

function findOwn(world: Ec2World, params: Params): ImageRecord {
  const id = params.require('ImageId');
  if (world.images.get(id)?.state === 'deregistered') {
    throw new Ec2Error('InvalidAMIID.Unavailable', `The image ID '${id}' is no longer available`);
  }
  const [image] = findImages(world, [id]);
  if (!image || isPublic(image)) throw new Ec2Error('AuthFailure', `Not authorized for image:${id}`, 403);
  return image;
}
