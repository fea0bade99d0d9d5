/** What our HTML pages share. Each is one file that loads nothing. */

/** A text of others as text of HTML, without characters that no page can show. */
export function escapeHtml(text: string): string {
  return text
    .replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign]!)
    .replace(/[^\P{Cc}\n\t]|\p{Cs}/gu, '\ufffd');
}

/** Colors for light and dark screens, and the look of a page's text, header and tables. */
export const PAGE_STYLE = `:root{color-scheme:light dark;--text:#1f2328;--faint:#59636e;--line:#d1d9e0;--back:#fff;--row:#f6f8fa;--link:#0969da;--passed:#1a7f37;--failed:#d1242f;--other:#818b98}
@media(prefers-color-scheme:dark){:root{--text:#f0f6fc;--faint:#9198a1;--line:#3d444d;--back:#0d1117;--row:#151b23;--link:#4493f8;--passed:#3fb950;--failed:#f85149;--other:#9198a1}}
body{font:14px/1.45 system-ui,sans-serif;margin:1.5rem auto;max-width:90rem;padding:0 1rem;color:var(--text);background:var(--back)}
h1{font-size:1.5rem;margin:0 0 .25rem;overflow-wrap:anywhere}h2{font-size:1rem;margin:1.25rem 0 .25rem}p,ul{margin:.25rem 0}a{color:var(--link)}
header{border-left:.4rem solid var(--other);padding-left:1rem}header.passed{border-color:var(--passed)}header.failed{border-color:var(--failed)}
table{border-collapse:collapse;width:100%;margin-top:1rem}th{text-align:left;font-weight:600;position:sticky;top:0;background:var(--back)}
th,td{border-bottom:1px solid var(--line);padding:.2rem .5rem;vertical-align:top}tr:target,tbody tr:hover{background:var(--row)}
summary{cursor:pointer;color:var(--link)}small{color:var(--faint)}`;

/** The beginning of a page. Whatever the page shows, it loads nothing and runs nothing but `scripts`. */
export interface PageHead {
  readonly title: string;
  readonly style: string;
  /** Sources of the Content-Security-Policy, such as `'sha256-…'`. Default: none. */
  readonly scripts?: string;
}

/** The lines up to the body. */
export function renderHead({ title, style, scripts = "'none'" }: PageHead): string[] {
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src ${scripts}`;
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    `<title>${escapeHtml(title)}</title><style>${PAGE_STYLE}${style}</style></head>`,
  ];
}
