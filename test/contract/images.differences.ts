import type { ImagesDifferences } from './images.suite.js';

/** Where moto 5.2 differs from AWS's documentation, as the contract suite has found. */
export const MOTO_IMAGES_DIFFERENCES: ImagesDifferences = {
  "a copy and its snapshot carry the original's tags": {
    documented: 'CopyImageTags copies the tags of the image, TagSpecifications tag its snapshots ("CopyImage").',
    instead: 'moto copies no tags and ignores TagSpecifications',
    fails: /Received[^]*Object \{\}/,
  },
  'the same client token copies once': {
    documented: 'A client token makes CopyImage idempotent ("Ensuring idempotency in Amazon EC2 API requests").',
    instead: 'moto copies each time',
    fails: /deep equality[^]*"id"/,
  },
  'a copy with the name of another image is refused': {
    documented: 'InvalidAMIName.Duplicate ("Error codes for the Amazon EC2 API").',
    instead: 'moto allows two images of one account with the same name',
    fails: /Expected: "name-taken"/,
  },
  'an image is deprecated from a date on, to the minute': {
    documented: 'EnableImageDeprecation sets the DeprecationTime of an image ("EnableImageDeprecation").',
    instead: 'moto does not know EnableImageDeprecation',
    fails: /no usable answer.*EnableImageDeprecation/s,
  },
  "another account's image cannot be deprecated or deregistered": {
    documented: 'Only the owner may deregister an image ("Deregister an Amazon EC2 AMI").',
    instead: 'moto deregisters images of any account',
    fails: /resolved instead of rejected/,
  },
  'deregistering an image deletes its snapshot and no other': {
    documented: 'DeleteAssociatedSnapshots deletes the snapshots that no other image uses ("DeregisterImage").',
    instead: 'moto ignores DeleteAssociatedSnapshots',
    fails: /Expected value: not "snap-/,
  },
};
