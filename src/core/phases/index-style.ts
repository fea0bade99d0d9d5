/** The style of the index page, for light and dark screens. */
export const STYLE = `:root{color-scheme:light dark;--text:#1f2328;--faint:#59636e;--line:#d1d9e0;--back:#fff;--row:#f6f8fa;--link:#0969da;--passed:#1a7f37;--failed:#d1242f;--other:#818b98}
@media(prefers-color-scheme:dark){:root{--text:#f0f6fc;--faint:#9198a1;--line:#3d444d;--back:#0d1117;--row:#151b23;--link:#4493f8;--passed:#3fb950;--failed:#f85149;--other:#9198a1}}
body{font:14px/1.45 system-ui,sans-serif;margin:1.5rem auto;max-width:90rem;padding:0 1rem;color:var(--text);background:var(--back)}
h1{font-size:1.5rem;margin:0 0 .25rem;overflow-wrap:anywhere}h2{font-size:1rem;margin:1.25rem 0 .25rem}p,ul{margin:.25rem 0}a{color:var(--link)}
header{border-left:.4rem solid var(--other);padding-left:1rem}header.passed{border-color:var(--passed)}header.failed{border-color:var(--failed)}
.passed>b,.passed h1 span{color:var(--passed)}.failed>b,.failed h1 span,.cancelled>b{color:var(--failed)}.stopped>b,.left-out>b{color:var(--faint)}
table{border-collapse:collapse;width:100%;margin-top:1rem}th{text-align:left;font-weight:600;position:sticky;top:0;background:var(--back)}
th,td{border-bottom:1px solid var(--line);padding:.2rem .5rem;vertical-align:top}tr:target,tbody tr:hover{background:var(--row)}
td:nth-child(1){overflow-wrap:anywhere;min-width:9rem}td:nth-child(2){white-space:nowrap}td.took{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
td.when{width:22%;min-width:6rem}td.when i{display:block;height:.7rem;margin-top:.3rem;min-width:2px;border-radius:2px;background:var(--other)}
td.when i.passed{background:var(--passed)}td.when i.failed,td.when i.cancelled{background:var(--failed)}
td.why{overflow-wrap:anywhere;width:35%}pre{margin:.25rem 0;white-space:pre-wrap;overflow-wrap:anywhere;font-size:12px;color:var(--faint)}
summary{cursor:pointer;color:var(--link)}details a{display:block;overflow-wrap:anywhere}small{color:var(--faint)}`;
