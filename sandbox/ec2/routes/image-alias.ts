import { findParameter, IMAGE_TYPE } from '../rules/parameters.js';
import { Ec2Error } from '../world/errors.js';
import type { Ec2World } from '../world/world.js';
import { isDenied } from './permissions.js';

const ALIAS = 'resolve:ssm:';

/**
 * The image id that `resolve:ssm:PARAMETER`, `resolve:ssm:PARAMETER:VERSION` or `…:LABEL` stands for; another text as it
 * is. Source of codes and messages: answers of EC2 that users quote in public issues and runbooks.
 *
 * @throws Ec2Error `SsmAccessDenied`, or `SsmInvalidParameter` for a parameter that does not exist or has another type
 */
export function resolveImageAlias(world: Ec2World, given: string): string {
  if (!given.startsWith(ALIAS)) return given;
  const reference = given.slice(ALIAS.length);
  if (isDenied(world, 'ssm:GetParameters')) {
    throw new Ec2Error('SsmAccessDenied', "User doesn't have permission to call ssm:GetParameters.");
  }
  const parameter = findParameter(world, reference);
  if (!parameter) throw new Ec2Error('SsmInvalidParameter', `The following aliases are invalid: ${reference}`);
  if (parameter.dataType !== IMAGE_TYPE) {
    const why = `Unsupported data type. The following parameter data types are supported: ${IMAGE_TYPE}`;
    throw new Ec2Error('SsmInvalidParameter', why);
  }
  return parameter.value;
}
