import type { Params } from '../../query/params.js';
import type { VolumeRequest } from '../../rules/volumes.js';
import { Ec2Error } from '../../world/errors.js';
import { ACCOUNT } from '../../world/seed.js';

/** A request never removes the encryption of an image or a snapshot. */
export function readEncryption(
  ebs: Params | undefined,
  isSourceEncrypted: boolean,
  region: string,
): Pick<VolumeRequest, 'encrypted' | 'kmsKeyId'> {
  const encrypted = ebs?.flag('Encrypted') ?? false;
  const key = ebs?.text('KmsKeyId');
  if (key !== undefined && !encrypted) {
    throw new Ec2Error(
      'InvalidParameterDependency',
      'The parameter KmsKeyId requires the parameter Encrypted to be set.',
    );
  }
  if (!encrypted && !isSourceEncrypted) return { encrypted: false };
  if (key?.startsWith('arn:')) return { encrypted: true, kmsKeyId: key };
  const name = key ?? 'alias/aws/ebs';
  return {
    encrypted: true,
    kmsKeyId: `arn:aws:kms:${region}:${ACCOUNT}:${name.startsWith('alias/') ? name : `key/${name}`}`,
  };
}
