/** The style of the index page, beside that of all pages. */
export const STYLE = `.passed>b,.passed h1 span{color:var(--passed)}.failed>b,.failed h1 span,.cancelled>b{color:var(--failed)}.stopped>b,.left-out>b{color:var(--faint)}
td:nth-child(1){overflow-wrap:anywhere;min-width:9rem}td:nth-child(2){white-space:nowrap}td.took{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
td.when{width:22%;min-width:6rem}td.when i{display:block;height:.7rem;margin-top:.3rem;min-width:2px;border-radius:2px;background:var(--other)}
td.when i.passed{background:var(--passed)}td.when i.failed,td.when i.cancelled{background:var(--failed)}
td.why{overflow-wrap:anywhere;width:35%}pre{margin:.25rem 0;white-space:pre-wrap;overflow-wrap:anywhere;font-size:12px;color:var(--faint)}
details a{display:block;overflow-wrap:anywhere}`;
