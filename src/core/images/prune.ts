import { Failure } from '../kernel/failure.js';
import { TAG } from '../kernel/identity.js';
import type { Log } from '../ports/process.js';
import type { BuiltInPreset } from '../kernel/built-in-presets.js';
import { builtAt } from './build-date.js';
import type { ImageEc2, OwnImage, OwnSnapshot } from './ports.js';
import { judgeImages, judgeSnapshot, type PruneDecision } from './prune-rules.js';
import { findUses } from './uses.js';

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
  /** Regions in which something could not be asked, and nothing was removed. */
  readonly untouched: readonly { readonly region: string; readonly failure: Failure }[];
}

/**
 * Keeps the newest images of each preset in each region, and every one that somebody uses; takes away the others
 * with their snapshots. In a region where a question gets no answer nothing is removed; what fails in one place
 * does not end it. See {@link refuseUnfinished}.
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
      ports.log.warning(`${ec2.region}: nothing is removed, because not everything could be asked. ${failure.message}`);
      untouched.push({ region: ec2.region, failure });
    }
  }
  return { findings, untouched };
}

type Candidate = { readonly preset: BuiltInPreset; readonly decision: PruneDecision } & (
  { readonly kind: 'image'; readonly thing: OwnImage } | { readonly kind: 'snapshot'; readonly thing: OwnSnapshot }
);

/** Every question is asked before anything is touched. @throws Failure when one gets no answer */
async function judgeRegion(request: PruneRequest, ec2: ImageEc2, now: number): Promise<Candidate[]> {
  // Snapshots first: one whose image is deregistered in between belongs to an image that is not listed any more.
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
      ...judged.map(({ image, decision }) => ({ kind: 'image' as const, preset, decision, thing: image })),
      ...snapshots[at]!.map((thing) => ({ thing, decision: judgeSnapshot(thing, images, now) }))
        .filter(({ decision }) => decision.kind === 'remove')
        .map((one) => ({ kind: 'snapshot' as const, preset, ...one })),
    ];
  });
}

async function carryOut(
  candidate: Candidate,
  { ec2, request, ports }: { readonly ec2: ImageEc2; readonly request: PruneRequest; readonly ports: PrunePorts },
): Promise<PruneFinding> {
  const { kind, preset, decision, thing } = candidate;
  const made = kind === 'image' ? builtAt(thing) : thing.createdAt;
  const about = { kind, preset, region: ec2.region, id: thing.id, ageMs: ports.now - made, why: decision.why } as const;
  if (decision.kind === 'keep') return { ...about, outcome: 'kept' };
  if (request.dryRun) return { ...about, outcome: 'would-remove' };
  try {
    return { ...about, ...(await remove(candidate, ec2)) };
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    ports.log.warning(`${ec2.region}: ${thing.id} could not be removed. ${failure.message}`);
    return { ...about, outcome: 'failed', failure };
  }
}

async function remove(
  { kind, thing }: Candidate,
  ec2: ImageEc2,
): Promise<{ outcome: PruneOutcome; failure?: Failure; why?: string }> {
  if (kind === 'snapshot') {
    const answer = await ec2.deleteSnapshot(thing.id);
    return answer === 'in-use' ? { outcome: 'kept', why: 'an image needs it after all' } : { outcome: 'removed' };
  }
  const answer = await ec2.deregisterImage(thing.id);
  if (answer === 'absent') return { outcome: 'removed', why: 'somebody else has removed it meanwhile' };
  // Shared with another image, which takes it along when it goes.
  const left = answer.left.filter(({ why }) => why !== 'skipped');
  if (left.length === 0) return { outcome: 'removed' };
  const list = left.map(({ id, why }) => `${id} (${why})`).join(', ');
  return {
    outcome: 'failed',
    failure: new Failure('cleanup-incomplete', `Image ${thing.id} is gone, but not its snapshots: ${list}.`, {
      hint: 'Allow ec2:DeleteSnapshot on snapshots that carry a preset’s tag. The next prune finds them a day later.',
    }),
  };
}

/** @throws Failure `cleanup-incomplete` when something could not be asked or removed */
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
      : `Not everything was pruned: ${sentences.length} failures.`,
    {
      hint: `${[...hints].join(' ')} What was pruned stays pruned; run it again, which is safe.`,
      details: sentences.length === 1 ? [] : sentences,
    },
  );
}
