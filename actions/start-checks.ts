import type { ResolvedPreset } from '../src/core/config/presets.js';
import { collectFields } from '../src/core/inputs/fields.js';
import { textOf, type RawInputs, type ValuesOf } from '../src/core/inputs/inputs.js';
import type { VolumeRequest } from '../src/core/machine/request.js';
import { findRootVolumeProblems } from '../src/core/machine/volume.js';
import { inputs } from './start-runner.inputs.js';

/** The checks of a start's inputs that concern several inputs. Each returns its problems, a sentence each. */

export type StartValues = ValuesOf<typeof inputs>;

/**
 * Problems with inputs that neither the workflow nor the preset sets. An input that is set but invalid has its own
 * problem.
 */
export function checkGaps(raw: RawInputs, name: string, preset: ResolvedPreset): string[] {
  const problems: string[] = [];
  const hasImage = raw['ec2-image-id'] !== undefined || raw['availability-zones-config'] !== undefined;
  if (!hasImage && preset.base === undefined) {
    problems.push(
      `\`ec2-image-id\` is empty, and preset \`${name}\` extends none of amd64, arm64, cuda, which have one.`,
    );
  }
  if (raw['ec2-instance-type'] === undefined) {
    problems.push(`\`ec2-instance-type\` is empty, and preset \`${name}\` has none.`);
  }
  return problems;
}

/** A size that comes from a built-in preset is a default, which grows with the image. */
export function composeVolume(values: StartValues, raw: RawInputs): VolumeRequest {
  const size = raw['ec2-volume-size'];
  return {
    ...collectFields(inputs, values, 'volume'),
    sizeIsDefault: size?.origin?.startsWith('built-in') ?? size === undefined,
  };
}

/** Checks the volume once all its inputs could be parsed. An input that could not be parsed has its own problem. */
export function checkVolume(values: StartValues, raw: RawInputs): string[] {
  const volume = composeVolume(values, raw);
  const isUnusable = (name: (typeof VOLUME_INPUTS)[number]) => raw[name] !== undefined && values[name] === undefined;
  if (VOLUME_INPUTS.some(isUnusable)) return [];
  return findRootVolumeProblems(volume, volume.sizeIsDefault ? undefined : volume.sizeGiB);
}

const VOLUME_INPUTS = [
  'ec2-volume-size',
  'ec2-volume-type',
  'ec2-volume-iops',
  'ec2-volume-throughput',
  'ec2-volume-encrypted',
  'ec2-volume-kms-key-id',
] as const;

export function checkPool(values: StartValues, raw: RawInputs): string[] {
  if (raw['pool'] === undefined || values['market-type'] !== 'spot') return [];
  return ['`pool` is set with `market-type: spot`; allowed: `on-demand` or `spot-then-on-demand`. Spot is not pooled.'];
}

/** A pool's machines have one image and the same groups in a region. */
export function checkZones(values: StartValues): string[] {
  if (values['availability-zones-config'] === undefined || values.pool === undefined) return [];
  return [
    '`pool` is set with `availability-zones-config`; allowed: `subnet-id`, `security-group-id` and `ec2-image-id` in its place.',
  ];
}

/** The machine ends at `max-lifetime-minutes` in any case, so a longer time would promise too much. */
export function checkKept(values: StartValues): string[] {
  const { 'max-lifetime-minutes': lifetime } = values;
  const names = ['keep-on-failure-minutes', 'keep-minutes'] as const;
  const given = names.flatMap((name) => (values[name] === undefined ? [] : [[name, values[name]] as const]));
  if (given.length > 1) return ['`keep-on-failure-minutes` and `keep-minutes` are both set; allowed: one of them.'];
  return given
    .filter(([, kept]) => kept > lifetime)
    .map(
      ([name, kept]) =>
        `\`${name}\` is ${kept / 60_000}; allowed: at most \`max-lifetime-minutes\`, which is ${lifetime / 60_000} and ends the machine.`,
    );
}

/** As in ec2-github-runner, zones are used in place of the single inputs. */
export function describeUnused(raw: RawInputs): string[] {
  const isGiven = (name: string) => !/^(\[\s*\])?$/.test(textOf(raw, name));
  if (!isGiven('availability-zones-config')) return [];
  const unused = ['ec2-image-id', 'subnet-id', 'security-group-id'].filter(isGiven);
  return unused.map((name) => `\`${name}\` is ignored: \`availability-zones-config\` is used in its place.`);
}
