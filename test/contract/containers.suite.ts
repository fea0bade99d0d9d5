import { CONTAINERS_CASES, type ContainersCaseName } from './containers.cases.js';
import type { ContainersWorld } from './containers.world.js';
import { describeContract, type Difference } from './contract.js';

export type ContainersDifferences = Partial<Record<ContainersCaseName, Difference>>;

/** The contract of the `Containers` port: what every implementation of it must do. */
export function describeContainers(
  name: string,
  createWorld: () => ContainersWorld | Promise<ContainersWorld>,
  differences: ContainersDifferences = {},
): void {
  describeContract(`Containers contract: ${name}`, {
    cases: CONTAINERS_CASES,
    createWorld,
    differences,
    caseMs: 180_000,
  });
}
