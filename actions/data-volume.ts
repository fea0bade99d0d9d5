/**
 * Everything about data volumes that few starts and stops need: they load this module, and what it imports, only with a
 * data volume.
 */

import type { LocatedInstance } from '../src/core/instances/located-instance.js';
import type { VolumeEnding } from '../src/core/instances/volume-ending.js';
import { repositoryOf, type Run } from '../src/core/kernel/identity.js';
import type { RunJob, StopGitHub } from '../src/core/ports/github.js';
import type { StartPorts } from '../src/core/start/ports.js';
import type { StartRequest } from '../src/core/start/request.js';
import { takeSnapshots, type SnapshotPorts } from '../src/core/volumes/snapshot.js';
import { StartVolume } from '../src/core/volumes/start-volume.js';

export { readDataVolume } from '../src/core/volumes/read-request.js';

/** The data volume of a start. */
export function createStartVolume(
  { dataVolume, run, startId, machine, machineName, startup }: StartRequest,
  ports: Pick<StartPorts, 'ec2In' | 'clock' | 'log'>,
): StartVolume {
  const namesSubnets = machine.subnetIds.length > 0 || machine.zones !== undefined;
  const startupTimeoutMs = startup.startupTimeoutMs + (startup.runningMs ?? 0);
  const named = machineName === undefined ? {} : { machineName };
  return new StartVolume({ dataVolume: dataVolume!, run, startId, namesSubnets, ...named, startupTimeoutMs }, ports);
}

/** Takes the snapshots that a stop owes to the data volumes of these machines. */
export function endVolumes(
  instances: readonly LocatedInstance[],
  ports: Omit<SnapshotPorts, 'listJobs'> & { readonly run: Run; readonly gitHubOfRun: () => Promise<StopGitHub> },
): Promise<readonly VolumeEnding[]> {
  const { run, gitHubOfRun } = ports;
  let jobs: Promise<readonly RunJob[]> | undefined;
  const list = async () => (await gitHubOfRun()).listRunJobs(repositoryOf(run), run.runId, run.runAttempt);
  return takeSnapshots(instances, run, { ...ports, listJobs: () => (jobs ??= list()) });
}
