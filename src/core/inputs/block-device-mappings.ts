import { nearest } from '../kernel/nearest.js';

/** The supported members of `Ebs`, and the input that each becomes. */
const INPUT_OF_MEMBER: Readonly<Record<string, string>> = {
  VolumeSize: 'ec2-volume-size',
  VolumeType: 'ec2-volume-type',
  Iops: 'ec2-volume-iops',
  Throughput: 'ec2-volume-throughput',
  VolumeInitializationRate: 'volume-initialization-rate',
  Encrypted: 'ec2-volume-encrypted',
  KmsKeyId: 'ec2-volume-kms-key-id',
};
const MAPPING_MEMBERS = ['DeviceName', 'Ebs', 'VirtualName', 'NoDevice'];
const EBS_MEMBERS = [...Object.keys(INPUT_OF_MEMBER), 'DeleteOnTermination'];

/**
 * Device names of volumes other than the root, which is /dev/sda1 or /dev/xvda. Source: EC2 User Guide, "Device names
 * for volumes".
 */
const FURTHER = /^\/dev\/(sd|xvd)[b-z]/;

type Members = Readonly<Record<string, unknown>>;

/**
 * Translates `block-device-mappings` of ec2-github-runner to inputs of start-runner: the settings of the root volume.
 * Mappings of instance store are ignored, because instance types with such volumes attach them anyway.
 *
 * @returns the inputs by name, or a problem for everything that is not supported
 */
export function translateMappings(text: string): Readonly<Record<string, string>> | readonly string[] {
  const mappings = parse(text);
  if (!mappings) return ['not a JSON list of objects with DeviceName and Ebs.'];
  const problems = mappings.flatMap((mapping) => [
    ...findUnknown(mapping, { known: MAPPING_MEMBERS, where: nameOf(mapping) }),
    ...checkEbs(mapping),
  ]);
  const volumes = mappings.filter((mapping) => mapping['VirtualName'] === undefined);
  const [root, ...more] = volumes.filter((mapping) => !FURTHER.test(nameOf(mapping)));
  const others = [...more, ...volumes.filter((mapping) => FURTHER.test(nameOf(mapping)))];
  if (others.length > 0) {
    problems.push(
      `${others.map(nameOf).join(', ')}: only one EBS volume, the root, can be set here. Build the others into the image: each of its EBS mappings becomes a volume that is deleted with the machine.`,
    );
  }
  const inputs = translateEbs((root?.['Ebs'] ?? {}) as Members);
  const lines = Object.entries(inputs).map(([name, value]) => `\`${name}: ${value}\``);
  if (problems.length === 0) return inputs;
  const last = problems.pop()!;
  return [...problems, lines.length > 0 ? `${last} For the root volume write ${lines.join(', ')}.` : last];
}

function translateEbs(ebs: Members): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(INPUT_OF_MEMBER).flatMap(([member, input]) => {
      const text = renderScalar(ebs[member]);
      return text === '' ? [] : [[input, text]];
    }),
  );
}

function checkEbs(mapping: Members): string[] {
  const ebs = mapping['Ebs'] ?? {};
  const name = nameOf(mapping);
  if (typeof ebs !== 'object' || Array.isArray(ebs)) return [`${name}: Ebs is not an object.`];
  const problems = findUnknown(ebs as Members, { known: EBS_MEMBERS, where: `${name}, Ebs` });
  for (const [member, value] of Object.entries(ebs)) {
    if (value !== null && typeof value === 'object') problems.push(`${name}, Ebs: ${member} is not a text or number.`);
  }
  if (!/^(true|)$/.test(renderScalar((ebs as Members)['DeleteOnTermination']))) {
    problems.push(
      `${name}, Ebs: DeleteOnTermination is not true; allowed: true. A volume is deleted with its machine.`,
    );
  }
  if (mapping['NoDevice'] !== undefined) {
    problems.push(`${name}: NoDevice is not supported. Build an image without the device.`);
  }
  return problems;
}

function findUnknown(members: Members, { known, where }: { known: readonly string[]; where: string }): string[] {
  return Object.keys(members)
    .filter((name) => !known.includes(name))
    .map((name) => {
      const near = nearest(name, known);
      return `${where}: ${name} is not supported${near ? `; did you mean ${near}?` : '.'} Allowed: ${known.join(', ')}.`;
    });
}

/** '' for a member that is missing or not a scalar. */
function renderScalar(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

function nameOf(mapping: Members): string {
  return typeof mapping['DeviceName'] === 'string' ? mapping['DeviceName'] : 'a mapping without a DeviceName';
}

function parse(text: string): Members[] | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    const isList = Array.isArray(parsed) && parsed.every((one) => typeof one === 'object' && one !== null);
    return isList ? (parsed as Members[]) : undefined;
  } catch {
    return undefined;
  }
}
