import type { Ec2World } from '../../sandbox/ec2/world/world.js';

type Context = Readonly<Record<string, string>>;

/** The condition keys of an existing instance. */
export function describeMachine({ instancesById }: Ec2World, id: string): Context {
  const machine = instancesById.get(id);
  return machine ? { 'ec2:InstanceType': machine.type.name } : {};
}

/**
 * A request names what it changes: `InstanceType.Value=…`, or in the older form `Attribute=instanceType&Value=…`.
 * Source: EC2 user guide, "Policy structure", `ec2:Attribute` condition key.
 */
export function describeChange(body: string): Context {
  const fields = [...new URLSearchParams(body)];
  const older = fields.find(([name]) => name === 'Attribute')?.[1];
  const changes = fields.flatMap(([name, value]) => {
    const [, attribute] = /^(\w+)\.Value$/.exec(name) ?? [];
    return attribute === undefined ? [] : [{ attribute, value }];
  });
  const named = older ?? changes[0]?.attribute;
  return {
    ...(named !== undefined && { 'ec2:Attribute': named }),
    ...Object.fromEntries(changes.map(({ attribute, value }) => [`ec2:Attribute/${attribute}`, value])),
  };
}
