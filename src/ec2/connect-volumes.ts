import type { VolumesEc2 } from '../core/ports/volumes.js';
import { openClients, type ConnectOptions } from './connect.js';
import { createVolumes } from './volumes.js';

/** The volumes in one region, for the command that manages them. @throws Failure `aws-no-region`, `aws-no-credentials` */
export async function connectVolumes(options: ConnectOptions): Promise<VolumesEc2> {
  const { region, requests } = await openClients(options);
  return createVolumes(requests, region);
}
