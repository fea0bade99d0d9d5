import { isMap, servicesOf, type ComposeFile, type ComposeService } from './compose-file.js';
import type { DatasetMount } from './datasets.js';
import { describe, type OverridePayload } from './payload.js';
import { describeUnknownService, isWhole } from './unknown-service.js';

/**
 * The Compose file of the user's override and of the datasets. It is put after the project's own files, and Compose
 * validates the merged project.
 *
 * @returns no file if there is nothing to override; all problems
 */
export function composeOverride(
  payload: OverridePayload,
  about: { readonly model: unknown; readonly datasets: readonly DatasetMount[] },
): { readonly file?: ComposeFile; readonly problems: readonly string[] } {
  const known = Object.keys(servicesOf(about.model));
  const problems = Object.entries(payload.services).flatMap(([name, service]) => judgeService(name, service, known));
  const services: Record<string, unknown> = { ...payload.services };
  for (const service of new Set(about.datasets.map(({ service }) => service))) {
    const mounts = about.datasets.filter((mount) => mount.service === service).map(({ volume }) => volume);
    const own = services[service] ?? {};
    if (!isMap(own)) continue;
    const volumes = own['volumes'] ?? [];
    if (!Array.isArray(volumes)) {
      problems.push(`\`override\`: the volumes of \`${service}\` are ${describe(volumes)}; allowed: a list.`);
      continue;
    }
    // The datasets come first, as the seed has it: a mount of the user's own at the same path wins.
    services[service] = { ...own, volumes: [...mounts, ...(volumes as unknown[])] };
  }
  if (Object.keys(services).length === 0 && Object.keys(payload.sections).length === 0) return { problems };
  return { file: { services: services as Record<string, ComposeService>, ...payload.sections }, problems };
}

/** A service that the project does not have must be a whole one: a misspelled name would change nothing otherwise. */
function judgeService(name: string, service: unknown, known: readonly string[]): string[] {
  if (!isMap(service)) return [`\`override\`: the service \`${name}\` is ${describe(service)}; allowed: a map.`];
  if (known.includes(name) || isWhole(service)) return [];
  return [`\`override\` names the service \`${name}\`, ${describeUnknownService(name, known)}`];
}
