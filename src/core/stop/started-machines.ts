/** A machine as start-runner's output `runners` describes it. */
export interface StartedMachine {
  readonly instance: string;
  readonly type: string;
  readonly market: string;
  readonly region: string;
  /** When its first runner was online; epoch ms. */
  readonly onlineAt?: number;
  readonly volumes: readonly { readonly type: string; readonly sizeGiB: number }[];
}

/**
 * Reads the output `runners` of start-runner. It only helps the summary, so whatever cannot be read is left out.
 *
 * @returns the machines by their ids
 */
export function readStarted(json: string | undefined): ReadonlyMap<string, StartedMachine> {
  const machines = new Map<string, StartedMachine>();
  for (const runner of parseList(json)) {
    if (typeof runner !== 'object' || runner === null) continue;
    const { instance, type, market, region, onlineAt, volumes } = runner as Record<string, unknown>;
    if (typeof instance !== 'string') continue;
    const online = readTime(onlineAt);
    const known = machines.get(instance)?.onlineAt;
    const earliest = Math.min(online ?? Infinity, known ?? Infinity);
    machines.set(instance, {
      instance,
      type: readText(type),
      market: readText(market),
      region: readText(region),
      volumes: Array.isArray(volumes) ? volumes.flatMap(readVolume) : [],
      ...(Number.isFinite(earliest) && { onlineAt: earliest }),
    });
  }
  return machines;
}

/** Reads `2026-11-27T20:00:00Z/2026-11-27T20:12:30Z`, ISO 8601's form of a span. `undefined` for any other text. */
export function readSpan(text: string | undefined): readonly [from: number, to: number] | undefined {
  const [from, to] = (text ?? '').split('/').map(readTime);
  return from !== undefined && to !== undefined && from <= to ? [from, to] : undefined;
}

function parseList(json: string | undefined): readonly unknown[] {
  try {
    const list = JSON.parse(json ?? '') as unknown;
    return Array.isArray(list) ? list : [];
  } catch {
    return [];
  }
}

function readText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function readTime(value: unknown): number | undefined {
  return typeof value === 'string' ? Date.parse(value) || undefined : undefined;
}

function readVolume(value: unknown): StartedMachine['volumes'] {
  const { type, sizeGiB } = (value ?? {}) as Record<string, unknown>;
  return typeof type === 'string' && typeof sizeGiB === 'number' ? [{ type, sizeGiB }] : [];
}
