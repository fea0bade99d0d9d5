import type { Ec2World } from '../world/world.js';

/** One version of a parameter of SSM. */
export interface ParameterVersion {
  readonly name: string;
  readonly value: string;
  readonly version: number;
  /** As it was asked for: `:3` or `:label`. */
  readonly selector?: string;
  readonly dataType: string;
}

export const IMAGE_TYPE = 'aws:ec2:image';

/** By name, ARN, `name:version` or `name:label`. */
export function findParameter(world: Ec2World, reference: string): ParameterVersion | undefined {
  const plain = reference.replace(/^arn:[^/]*:parameter(?=\/)/, '');
  const [, name = '', selector] = /^([^:]*)(?::(.+))?$/.exec(plain) ?? [];
  const versions = versionsOf(world, name);
  const version = selector === undefined ? versions.length : findVersion(world, name, selector);
  const value = versions[version - 1];
  if (value === undefined) return undefined;
  const asked = selector === undefined ? {} : { selector: `:${selector}` };
  return { name, value, version, ...asked, dataType: dataTypeOf(world, name, value) };
}

function findVersion(world: Ec2World, name: string, selector: string): number {
  return /^\d+$/.test(selector) ? Number(selector) : (world.parameterLabels.get(name)?.get(selector) ?? 0);
}

/** All values, oldest first. The last is the current one. */
export function versionsOf(world: Ec2World, name: string): string[] {
  const current = world.parameters.get(name);
  return world.parameterVersions.get(name) ?? (current === undefined ? [] : [current]);
}

/** AWS's own parameters of images have the type of an image. Others have it if they were created with it. */
function dataTypeOf(world: Ec2World, name: string, value: string): string {
  const usual = name.startsWith('/aws/') && value.startsWith('ami-') ? IMAGE_TYPE : 'text';
  return world.parameterTypes.get(name) ?? usual;
}
