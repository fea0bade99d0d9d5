/** An instant to the second, in UTC: `2026-11-27T20:10:00Z`. @param at epoch ms */
export function renderTime(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
}
