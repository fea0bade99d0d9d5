import type { BuiltInPreset } from '../kernel/built-in-presets.js';
import { Failure } from '../kernel/failure.js';
import { TAG } from '../kernel/identity.js';
import type { Log } from '../ports/process.js';
import { builtAt } from './build-date.js';
import type { ImageEc2, OwnImage, OwnSnapshot } from './ports.js';
import { judgeImages, judgeSnapshot, type PruneDecision } from './prune-rules.js';
import { findUses } from './uses.js';
import { plural } from '../kernel/plural.js';

export interface PruneRequest {
  readonly presets: readonly BuiltInPreset[];
  readonly keep: number;
  readonly dryRun: boolean;
}

export interface PrunePorts {
  readonly regions: readonly ImageEc2[];
  readonly log: Log;
  readonly now: number;
}

export type PruneOutcome = 'kept' | 'removed' | 'would-remove' | 'failed';

export interface PruneFinding {
  readonly kind: 'image' | 'snapshot';
  readonly preset: BuiltInPreset;
  readonly region: string;
  readonly id: string;
  readonly ageMs: number;
  readonly outcome: PruneOutcome;
  readonly why: string;
  /** Why it `failed`. */
  readonly failure?: Failure;
}

export interface Pruned {
  readonly findings: readonly PruneFinding[];
  /** Regions in which a listing failed, so that nothing was removed. */
  readonly untouched: readonly { readonly region: string; readonly failure: Failure }[];
}

/**
 * Removes old images with their snapshots. Each region keeps the newest images of each preset, and every image in use.
 * In a region where a listing fails, nothing is removed. A failure does not end the prune: see
 * {@link refuseUnfinished}.
 */
export async function prune(request: PruneRequest, ports: PrunePorts): Promise<Pruned> {
  const findings: PruneFinding[] = [];
  const untouched: Pruned['untouched'][number][] = [];
  for (const ec2 of ports.regions) {
    try {
      const found = await judgeRegion(request, ec2, ports.now);
      for (const one of found) findings.push(await carryOut(one, { ec2, request, ports }));
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure;
      ports.log.warning(`${ec2.region}: nothing is removed, because a listing failed. ${failure.message}`);
      untouched.push({ region: ec2.region, failure });
    }
  }
  return { findings, untouched };
}

type Candidate = { readonly preset: BuiltInPreset; readonly decision: PruneDecision } & (
  | { readonly kind: 'image'; readonly resource: OwnImage }
  | { readonly kind: 'snapshot'; readonly resource: OwnSnapshot }
);

/** Lists and judges everything in a region before anything is removed. @throws Failure when a listing fails */
async function judgeRegion(request: PruneRequest, ec2: ImageEc2, now: number): Promise<Candidate[]> {
  // Snapshots first. In the other order, an image registered in between would be missing, and its snapshot would look orphaned.
  const snapshots = await Promise.all(request.presets.map((preset) => ec2.listSnapshots({ [TAG.preset]: preset })));
  const images = await ec2.listImages();
  const ours = images.filter(({ tags }) => request.presets.some((preset) => tags[TAG.preset] === preset));
  const uses = await findUses(
    ec2,
    ours.map(({ id }) => id),
  );
  return request.presets.flatMap((preset, at): Candidate[] => {
    const own = ours.filter(({ tags }) => tags[TAG.preset] === preset);
    const judged = judgeImages(own, { keep: request.keep, uses, now });
    return [
      ...judged.map(({ image, decision }) => ({ kind: 'image' as const, preset, decision, resource: image })),
      ...snapshots[at]!.map((resource) => ({ resource, decision: judgeSnapshot(resource, images, now) }))
        .filter(({ decision }) => decision.kind === 'remove')
        .map((one) => ({ kind: 'snapshot' as const, preset, ...one })),
    ];
  });
}

async function carryOut(
  candidate: Candidate,
  { ec2, request, ports }: { readonly ec2: ImageEc2; readonly request: PruneRequest; readonly ports: PrunePorts },
): Promise<PruneFinding> {
  const { kind, preset, decision, resource } = candidate;
  const made = kind === 'image' ? builtAt(resource) : resource.createdAt;
  const subject = {
    kind,
    preset,
    region: ec2.region,
    id: resource.id,
    ageMs: ports.now - made,
    why: decision.why,
  } as const;
  if (decision.kind === 'keep') return { ...subject, outcome: 'kept' };
  if (request.dryRun) return { ...subject, outcome: 'would-remove' };
  try {
    return { ...subject, ...(await remove(candidate, ec2)) };
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    ports.log.warning(`${ec2.region}: ${resource.id} could not be removed. ${failure.message}`);
    return { ...subject, outcome: 'failed', failure };
  }
}

async function remove(
  { kind, resource }: Candidate,
  ec2: ImageEc2,
): Promise<{ outcome: PruneOutcome; failure?: Failure; why?: string }> {
  if (kind === 'snapshot') {
    const answer = await ec2.deleteSnapshot(resource.id);
    return answer === 'in-use' ? { outcome: 'kept', why: 'an image needs it' } : { outcome: 'removed' };
  }
  const answer = await ec2.deregisterImage(resource.id);
  if (answer === 'absent') return { outcome: 'removed', why: 'it had been removed meanwhile' };
  // `skipped`: another image shares the snapshot, and its deregistration deletes it.
  const left = answer.left.filter(({ why }) => why !== 'skipped');
  if (left.length === 0) return { outcome: 'removed' };
  const list = left.map(({ id, why }) => `${id} (${why})`).join(', ');
  return {
    outcome: 'failed',
    failure: new Failure('cleanup-incomplete', `Image ${resource.id} is gone, but not its snapshots: ${list}.`, {
      hint: "Allow ec2:DeleteSnapshot on snapshots with a preset's tag. A prune finds them from a day later on.",
    }),
  };
}

/** @throws Failure `cleanup-incomplete` when something could not be listed or removed */
export function refuseUnfinished({ findings, untouched }: Pruned): void {
  const failures = [
    ...untouched.map(({ region, failure }) => ({ what: `${region}, where nothing was removed`, failure })),
    ...findings.flatMap(({ region, id, failure }) => (failure ? [{ what: `${id} in ${region}`, failure }] : [])),
  ];
  const [first] = failures;
  if (!first) return;
  const sentences = failures.map(({ what, failure }) => `${what}: ${failure.message}`);
  const hints = new Set(failures.map(({ failure }) => failure.hint));
  throw new Failure(
    'cleanup-incomplete',
    sentences.length === 1
      ? `Not everything was pruned. ${sentences[0]}`
      : `Not everything was pruned: ${plural(sentences.length, 'failure')}.`,
    {
      hint: `${[...hints].join(' ')} Run the prune again: it is safe to repeat.`,
      details: sentences.length === 1 ? [] : sentences,
    },
  );
}
