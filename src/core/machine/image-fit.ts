import type { Image, InstanceTypeFacts } from '../ports/catalog.js';

/**
 * Why EC2 would refuse to launch this image on this type; `undefined` when the known facts show no reason. Sources: EC2
 * user guide, "Instance launch behavior with Amazon EC2 boot modes", "Enable enhanced networking with ENA", "NitroTPM"
 * and "Linux AMI virtualization types".
 */
export function findUnfitness(image: Image, type: InstanceTypeFacts): string | undefined {
  const { bootMode, hasEna, needsTpm, virtualization, rootDeviceType } = image;
  const lacks = (known: readonly string[] | undefined, wanted: string | undefined) =>
    known !== undefined && known.length > 0 && wanted !== undefined && !known.includes(wanted);
  // An image with `uefi-preferred` boots in both modes.
  if (bootMode !== 'uefi-preferred' && lacks(type.bootModes, bootMode)) {
    return `it boots by ${type.bootModes!.join(' or ')}, and the image by ${bootMode}`;
  }
  if (type.requiresEna && hasEna === false)
    return 'it needs enhanced networking (ENA), which the image does not enable';
  if (type.hasTpm === false && needsTpm) return 'it has no NitroTPM, which the image needs';
  if (lacks(type.virtualizations, virtualization)) {
    return `it runs ${type.virtualizations!.join(' or ')} images, and the image is ${virtualization}`;
  }
  if (lacks(type.rootDeviceTypes, rootDeviceType)) {
    return `its root is ${type.rootDeviceTypes!.join(' or ')}, and the image's is ${rootDeviceType}`;
  }
  return undefined;
}
