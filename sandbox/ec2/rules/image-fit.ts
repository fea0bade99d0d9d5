import { Ec2Error } from '../world/errors.js';
import { isArm, type InstanceType } from '../world/instance-types.js';
import type { ImageRecord } from '../world/records.js';

/** @throws Ec2Error in EC2's words if the type cannot boot the image */
export function refuseUnfit(type: InstanceType, image: ImageRecord): void {
  const [architecture] = type.architectures;
  const refuse = (why: string) => new Ec2Error('InvalidParameterValue', why);
  if (!type.architectures.includes(image.architecture)) {
    throw refuse(
      `The architecture '${architecture}' of the specified instance type does not match the architecture ` +
        `'${image.architecture}' of the specified AMI. Specify an instance type and an AMI that have matching ` +
        'architectures, and try again.',
    );
  }
  if (image.bootMode === 'uefi' && type.xen) {
    throw refuse(
      `The ${type.name} instance type does not support an AMI with a boot mode of UEFI. Only instance types built on ` +
        'the Nitro System support UEFI. Specify an instance type that supports UEFI, and try again.',
    );
  }
  if (image.bootMode === 'legacy-bios' && isArm(type)) {
    throw refuse(`The ${type.name} instance type does not support an AMI with a boot mode of Legacy BIOS.`);
  }
  if (image.enaSupport === false && !type.xen) {
    throw new Ec2Error(
      'InvalidParameterCombination',
      `Enhanced networking with the Elastic Network Adapter (ENA) is required for the '${type.name}' instance type. ` +
        'Ensure that you are using an AMI that is enabled for ENA.',
    );
  }
  if (image.tpmSupport && (type.xen || isArm(type))) {
    throw refuse(`The ${type.name} instance type does not support NitroTPM.`);
  }
}
