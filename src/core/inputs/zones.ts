import { nearest } from '../kernel/nearest.js';
import { BadValue, type InputDefinition } from './inputs.js';

/** One entry of `availability-zones-config`, as it is written. */
export interface ZoneTexts {
  readonly region?: string;
  readonly image: string;
  readonly subnetId: string;
  readonly securityGroupIds: readonly string[];
}

const FORM =
  'a JSON list of objects like {"imageId": "ami-…", "subnetId": "subnet-…", "securityGroupId": "sg-…", "region": "eu-west-1"}, where `region` may be left out';
const MEMBERS: Readonly<Record<string, RegExp>> = {
  imageId: /^(ami-[0-9a-z]+|resolve:ssm:\/?[\w./:-]+|name:.+)$/,
  subnetId: /^subnet-[0-9a-z]+$/,
  securityGroupId: /^sg-[0-9a-z]+$/,
  region: /^[a-z]{2,}(-[a-z]+)+-\d$/,
};

/** `availability-zones-config` of ec2-github-runner. An empty list counts as not given. */
export function zones(description: string): InputDefinition<readonly ZoneTexts[] | undefined> {
  return { takes: 'JSON', description, legacy: true, parse: parseZones };
}

function parseZones(text: string): readonly ZoneTexts[] | undefined {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    throw new BadValue(FORM);
  }
  if (!Array.isArray(list)) throw new BadValue(FORM);
  return list.length === 0 ? undefined : list.map((one, at) => readZone(one, `entry ${at + 1}`));
}

function readZone(zone: unknown, entry: string): ZoneTexts {
  if (typeof zone !== 'object' || zone === null || Array.isArray(zone)) throw new BadValue(FORM, entry);
  const members = zone as Readonly<Record<string, unknown>>;
  for (const name of Object.keys(members)) {
    if (Object.hasOwn(MEMBERS, name)) continue;
    const near = nearest(name, Object.keys(MEMBERS));
    throw new BadValue(`${FORM}${near ? `; did you mean ${near}?` : ''}`, `${entry}: ${name}`);
  }
  const read = (name: string): string[] =>
    [members[name] ?? []].flat().flatMap((value) => {
      if (value === '') return [];
      if (typeof value !== 'string' || !MEMBERS[name]!.test(value)) {
        throw new BadValue(FORM, `${entry}: ${name} ${JSON.stringify(value)}`);
      }
      return value;
    });
  const [region] = read('region');
  const [[image], [subnetId], securityGroupIds] = [read('imageId'), read('subnetId'), read('securityGroupId')];
  if (image === undefined || subnetId === undefined || securityGroupIds.length === 0) {
    const missing = ['imageId', 'subnetId', 'securityGroupId'].filter((name) => read(name).length === 0);
    throw new BadValue(FORM, `${entry} without ${missing.join(', ')}`);
  }
  return { ...(region !== undefined && { region }), image, subnetId, securityGroupIds };
}
