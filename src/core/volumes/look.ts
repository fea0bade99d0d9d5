import type { Run } from '../kernel/identity.js';
import { hasTags } from '../kernel/tags.js';
import { volumeKeyOf, type DataVolumeRequest } from '../machine/data-volume-request.js';
import type { DataVolume, VolumesEc2 } from '../ports/volumes.js';
import type { RegionVolumes } from './choose.js';
import { findBy } from './tags.js';

interface LookFor {
  readonly dataVolume: DataVolumeRequest;
  readonly run: Run;
  /** Whether every plan names its subnet. Otherwise the default subnets are needed, with their zones. */
  readonly namesSubnets: boolean;
}

/** Asks EC2 in one region for the volume, for its snapshots and for subnets, side by side. @throws Failure */
export async function lookInRegion(
  { dataVolume, run, namesSubnets }: LookFor,
  ec2: VolumesEc2,
): Promise<RegionVolumes> {
  const { id, mode } = dataVolume;
  const filter = findBy(run, volumeKeyOf(dataVolume));
  const find = async () => (id === undefined ? ec2.findDataVolumes(filter) : [await ec2.describeVolume(id)]);
  const [found, snapshots, defaultSubnets] = await Promise.all([
    mode === 'copy' ? [] : find(),
    // An existing volume by its id needs none.
    mode === 'copy' || id === undefined ? ec2.findSnapshots(filter) : [],
    namesSubnets ? [] : ec2.findDefaultSubnets(),
  ]);
  const isOurs = ({ tags }: Pick<DataVolume, 'tags'>) => hasTags(tags, filter);
  return {
    region: ec2.region,
    volumes: found.flatMap((one) => (one !== undefined && (id !== undefined || isOurs(one)) ? one : [])),
    snapshots: snapshots.filter(isOurs),
    defaultSubnets,
  };
}
