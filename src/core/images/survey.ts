import type { BuiltInPreset } from '../kernel/built-in-presets.js';
import { Failure } from '../kernel/failure.js';
import { TAG } from '../kernel/identity.js';
import { isTooOldToRegister, publishedParameter } from '../machine/image.js';
import type { Log } from '../ports/process.js';
import { builtAt, byBuildDate, daysBetween } from './build-date.js';
import type { VersionSource } from './fitness.js';
import type { ImageEc2, OwnImage } from './ports.js';
import { previousParameter } from './publish.js';
import { findUses, type Uses } from './uses.js';

/** One image of the survey. `null`: not known. */
export interface Listed {
  readonly preset: BuiltInPreset;
  readonly region: string;
  readonly id: string;
  readonly name: string;
  readonly state: string;
  /** ISO 8601. */
  readonly builtAt: string;
  readonly ageDays: number;
  readonly runnerVersion: string | null;
  /** ISO 8601; `null` also when GitHub has set no date. */
  readonly refusedFrom: string | null;
  /** 0 when GitHub already refuses its runner; `null` when GitHub has set no date or could not be asked. */
  readonly daysUntilRefused: number | null;
  /** Whether GitHub was asked and answered. */
  readonly refusalKnown: boolean;
  /** ISO 8601. */
  readonly deprecatedFrom: string | null;
  readonly published: boolean | null;
  /** Whether a rollback returns to it. */
  readonly previous: boolean | null;
  readonly usedBy: readonly string[] | null;
}

export interface Survey {
  readonly images: readonly Listed[];
  /** Presets without an image, by region. */
  readonly missing: readonly { readonly preset: BuiltInPreset; readonly region: string }[];
  /** Listings that failed. */
  readonly failures: readonly { readonly region: string; readonly failure: Failure }[];
}

export interface SurveyPorts {
  readonly regions: readonly ImageEc2[];
  readonly versions: VersionSource;
  readonly log: Log;
  readonly now: number;
}

/** Lists every image of these presets in these regions. Facts of a failed listing are `null`. */
export async function survey(presets: readonly BuiltInPreset[], ports: SurveyPorts): Promise<Survey> {
  const failures: Survey['failures'][number][] = [];
  const missing: Survey['missing'][number][] = [];
  const images: Listed[] = [];
  const refusals = new VersionRefusals(ports);
  async function attempt<T>(region: string, question: () => Promise<T>): Promise<T | undefined> {
    try {
      return await question();
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure;
      failures.push({ region, failure });
      return undefined;
    }
  }
  for (const ec2 of ports.regions) {
    const all = await attempt(ec2.region, () => ec2.listImages());
    if (!all) continue;
    const ours = presets.map((preset) => ({ preset, own: all.filter(({ tags }) => tags[TAG.preset] === preset) }));
    const ids = ours.flatMap(({ own }) => own.map(({ id }) => id));
    const uses = await attempt(ec2.region, () => findUses(ec2, ids));
    for (const { preset, own } of ours) {
      if (own.length === 0) missing.push({ preset, region: ec2.region });
      for (const image of own.toSorted(byBuildDate)) {
        const refusal = await refusals.of(image.tags[TAG.runnerVersion]);
        images.push({ ...describe(image, { preset, uses, now: ports.now }), ...refusal, region: ec2.region });
      }
    }
  }
  // By preset first, so that images of the same preset can be compared.
  const order = (one: { preset: BuiltInPreset }): number => presets.indexOf(one.preset);
  return { images: images.toSorted((a, b) => order(a) - order(b)), missing, failures };
}

function describe(
  image: OwnImage,
  { preset, uses, now }: { readonly preset: BuiltInPreset; readonly uses: Uses | undefined; readonly now: number },
): Omit<Listed, 'region' | keyof VersionRefusal> {
  const own = uses?.get(image.id);
  const named = (name: string): boolean | null => own?.some(({ parameter }) => parameter === name) ?? null;
  return {
    preset,
    id: image.id,
    name: image.name,
    state: image.state,
    builtAt: new Date(builtAt(image)).toISOString(),
    ageDays: daysBetween(builtAt(image), now),
    runnerVersion: image.tags[TAG.runnerVersion] ?? null,
    deprecatedFrom: image.deprecatedFrom === undefined ? null : new Date(image.deprecatedFrom).toISOString(),
    published: named(publishedParameter(preset)),
    previous: named(previousParameter(preset)),
    usedBy: own?.map(({ user }) => user) ?? null,
  };
}

type VersionRefusal = Pick<Listed, 'refusedFrom' | 'daysUntilRefused' | 'refusalKnown'>;
const UNKNOWN: VersionRefusal = { refusedFrom: null, daysUntilRefused: null, refusalKnown: false };

/** When GitHub refuses runner versions, read once for each version. */
class VersionRefusals {
  private readonly known = new Map<string, VersionRefusal>();

  constructor(private readonly ports: SurveyPorts) {}

  async of(version: string | undefined): Promise<VersionRefusal> {
    if (version === undefined) return UNKNOWN;
    const known = this.known.get(version) ?? (await this.ask(version));
    this.known.set(version, known);
    return known;
  }

  private async ask(version: string): Promise<VersionRefusal> {
    if (isTooOldToRegister(version)) return { refusedFrom: null, daysUntilRefused: 0, refusalKnown: true };
    const { versions, log, now } = this.ports;
    if ('why' in versions) return UNKNOWN;
    try {
      const answer = await versions.readDeprecation(version);
      if (answer === 'unknown') return UNKNOWN;
      if (answer.refusedFrom === undefined) return { ...UNKNOWN, refusalKnown: true };
      const from = answer.refusedFrom;
      const daysUntilRefused = Math.max(0, daysBetween(now, from));
      return { refusedFrom: new Date(from).toISOString(), daysUntilRefused, refusalKnown: true };
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure;
      log.warning(`It is not known when GitHub refuses runner ${version}: ${failure.message}`);
      return UNKNOWN;
    }
  }
}
