/**
 * Everything about data volumes that few starts and stops need: they load this module, and what it imports, only with a
 * data volume.
 */

import type { StartPorts } from '../src/core/start/ports.js';
import type { StartRequest } from '../src/core/start/request.js';
import { StartVolume } from '../src/core/volumes/start-volume.js';

export { readDataVolume } from '../src/core/volumes/read-request.js';

/** The data volume of a start. */
export function createStartVolume(
  { dataVolume, run, startId, machine, startup }: StartRequest,
  ports: Pick<StartPorts, 'ec2In' | 'clock' | 'log'>,
): StartVolume {
  const namesSubnets = machine.subnetIds.length > 0 || machine.zones !== undefined;
  const startupTimeoutMs = startup.startupTimeoutMs + (startup.runningMs ?? 0);
  return new StartVolume({ dataVolume: dataVolume!, run, startId, namesSubnets, startupTimeoutMs }, ports);
}
