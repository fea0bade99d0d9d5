import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Failure } from '../../src/core/kernel/failure.js';
import type { BuildPlan } from './plan.js';

/** The file of variables for Packer. It stays next to the log. */
export function variablesFile(plan: BuildPlan): string {
  return plan.manifest.replace(/\.manifest\.json$/, '.pkrvars.json');
}

export function writeVariables(plan: BuildPlan): void {
  mkdirSync(dirname(plan.manifest), { recursive: true });
  writeFileSync(variablesFile(plan), `${JSON.stringify(plan, null, 2)}\n`);
}

/** The id of the image that Packer reports. */
export function readManifest(plan: BuildPlan): string {
  const { builds } = JSON.parse(readFileSync(plan.manifest, 'utf8')) as { builds?: { artifact_id?: string }[] };
  const [region, id] = builds?.at(-1)?.artifact_id?.split(':') ?? [];
  if (region === plan.region && id?.startsWith('ami-')) return id;
  throw new Failure('image-unusable', `${plan.manifest} names no image in ${plan.region}.`, {
    hint: `Look for an image named ${plan.name} in the EC2 console.`,
  });
}
