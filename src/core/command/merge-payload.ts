import { isRecord } from '../config/render-value.js';

/**
 * A benchmark's payload over its template. Maps are merged key by key, so that a payload that sets `target_system.version`
 * keeps the template's `git_repository`; anything else replaces what the template has.
 */
export function mergePayload(template: unknown, payload: unknown): unknown {
  if (payload === undefined) return template;
  if (!isRecord(template) || !isRecord(payload)) return payload;
  const keys = new Set([...Object.keys(template), ...Object.keys(payload)]);
  return Object.fromEntries([...keys].map((key) => [key, mergePayload(template[key], payload[key])]));
}
