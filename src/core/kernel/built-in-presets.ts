export type BuiltInPreset = 'amd64' | 'arm64' | 'cuda';

export const builtIn: Record<BuiltInPreset, Readonly<Record<string, string>>> = {
  // t3.xlarge, then its equals: 4 vCPU, 16 GiB.
  amd64: { 'ec2-instance-type': 't3.xlarge, t3a.xlarge, m7i.xlarge, m6i.xlarge, m5.xlarge', 'ec2-volume-size': '50' },
  // a1.xlarge (2018, 8 GiB) is what the first users had; it comes last.
  arm64: { 'ec2-instance-type': 't4g.xlarge, m7g.xlarge, m8g.xlarge, a1.xlarge', 'ec2-volume-size': '50' },
  cuda: { 'ec2-instance-type': 'g4dn.xlarge, g6.xlarge, g5.xlarge', 'ec2-volume-size': '100' },
};

export const builtInPresets = Object.keys(builtIn) as readonly BuiltInPreset[];

/** What a built-in preset runs on: the types in their order, and the root volume. */
export function builtInMachine(preset: BuiltInPreset): {
  readonly types: readonly [string, ...string[]];
  readonly volumeGiB: number;
} {
  const { 'ec2-instance-type': types, 'ec2-volume-size': volume } = builtIn[preset];
  const [first = '', ...others] = types?.split(/,\s*/) ?? [];
  return { types: [first, ...others], volumeGiB: Number(volume) };
}
