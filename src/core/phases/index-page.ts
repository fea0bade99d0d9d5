import { FAILURES, renderDuration, renderFinished } from './layout.js';
import type { PhaseResult, PhasesOutcome } from './result.js';

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:75rem;padding:0 1rem;color:#1f2328}
table{border-collapse:collapse;width:100%}th,td{border-bottom:1px solid #d1d9e0;padding:.35rem .75rem;text-align:left;vertical-align:top}
td.time{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}.passed{color:#1a7f37}.failed,.cancelled{color:#d1242f}
.stopped,.left-out{color:#59636e}pre{margin:0;white-space:pre-wrap;overflow-wrap:anywhere;font-size:13px}`;

/** An HTML page that lists all phases, with links to their folders and logs. It loads nothing from elsewhere. */
export function renderIndex(name: string, outcome: PhasesOutcome): string {
  const { results, verdict, reasons } = outcome;
  const hasFailures = results.some((one) => one.outcome === 'failed');
  return [
    '<!doctype html>',
    `<html lang="en"><head><meta charset="utf-8"><title>${escape(name)}: ${verdict}</title><style>${STYLE}</style></head><body>`,
    `<h1 class="${verdict}">${escape(name)}: ${verdict}</h1>`,
    `<p>${escape(renderFinished(name, outcome))}</p>`,
    ...(reasons.length > 0 && results.every((one) => one.outcome !== 'failed')
      ? [`<p>${escape(reasons[0]!)}</p>`]
      : []),
    ...(hasFailures ? [`<p><a href="${FAILURES}">${FAILURES}</a></p>`] : []),
    '<table><thead><tr><th>Phase</th><th>Outcome</th><th>Took</th><th>Log</th><th>Why</th></tr></thead><tbody>',
    ...results.map(renderRow),
    '</tbody></table></body></html>',
    '',
  ].join('\n');
}

function renderRow(result: PhaseResult): string {
  const { title, folder, outcome, beganAt, reasons, isLate } = result;
  const link = `${encodeURIComponent(folder)}/`;
  const late = isLate ? ' (by the post step)' : '';
  const log = beganAt === undefined ? '' : `<a href="${link}run.log">run.log</a>`;
  const cells = [
    `<td><a href="${link}">${escape(title)}</a></td>`,
    `<td class="${outcome}">${outcome}${late}</td>`,
    `<td class="time">${renderDuration(result)}</td>`,
    `<td>${log}</td>`,
    `<td>${reasons.length > 0 ? `<pre>${escape(reasons.join('\n'))}</pre>` : ''}</td>`,
  ];
  return `<tr>${cells.join('')}</tr>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign]!);
}
