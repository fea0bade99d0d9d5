export type BuiltInPreset = 'amd64' | 'arm64' | 'cuda';

export const builtIn: Record<BuiltInPreset, Readonly<Record<string, string>>> = {
  // t3.xlarge, then types of the same size: 4 vCPU, 16 GiB.
  amd64: { 'ec2-instance-type': 't3.xlarge, t3a.xlarge, m7i.xlarge, m6i.xlarge, m5.xlarge', 'ec2-volume-size': '50' },
  // a1.xlarge (2018, 8 GiB) comes last; the first users had it.
  arm64: { 'ec2-instance-type': 't4g.xlarge, m7g.xlarge, m8g.xlarge, a1.xlarge', 'ec2-volume-size': '50' },
  cuda: { 'ec2-instance-type': 'g4dn.xlarge, g6.xlarge, g5.xlarge', 'ec2-volume-size': '100' },
};

export const builtInPresets = Object.keys(builtIn) as readonly BuiltInPreset[];

/** The instance types of a built-in preset, in the order in which they are tried, and its root volume. */
export function builtInMachine(preset: BuiltInPreset): {
  readonly types: readonly [string, ...string[]];
  readonly volumeGiB: number;
} {
  const { 'ec2-instance-type': types, 'ec2-volume-size': volume } = builtIn[preset];
  const [first = '', ...others] = types?.split(/,\s*/) ?? [];
  return { types: [first, ...others], volumeGiB: Number(volume) };
}
