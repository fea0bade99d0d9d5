import type { LaunchSpec } from '../ports/ec2.js';
import type { RegionSetup } from './region-setup.js';
import type { MachineRequest } from './request.js';

/** Where an image has the runner unless the user names another directory. */
export const DEFAULT_RUNNER_HOME = '/opt/actions-runner';

type SharedSpec = Pick<
  LaunchSpec,
  'imageId' | 'securityGroupIds' | 'rootVolume' | 'furtherVolumes' | 'instanceProfile' | 'keyName'
>;

/** The part of a launch that is the same for all instances of a request in one region, in a start and in a pool. */
export function composeMachine(
  { instanceProfile, keyName }: MachineRequest,
  { image, securityGroupIds, rootVolume, furtherVolumes }: RegionSetup,
): SharedSpec {
  return {
    imageId: image.id,
    securityGroupIds,
    rootVolume,
    ...(furtherVolumes.length > 0 && { furtherVolumes }),
    ...(instanceProfile !== undefined && { instanceProfile }),
    ...(keyName !== undefined && { keyName }),
  };
}
