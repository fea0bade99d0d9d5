/** Judgements as readers see them: in a summary or comment of GitHub, and as a page of their own. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { readPage, renderHtml, type Rendered } from '../answers/rendered.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const pictures = join(root, 'build/judgement');
const mermaid = join(root, '.peers/mermaid.min.js');

export type Scheme = 'light' | 'dark';
/** Of a summary or a comment on a large screen, and of a phone. */
export const WIDE = 1012;
export const NARROW = 360;

/** About the look of GitHub. */
const STYLE = `
  :root { color-scheme: light dark; --back: #fff; --text: #1f2328; --line: #d1d9e0; --row: #f6f8fa; --link: #0969da }
  @media (prefers-color-scheme: dark) { :root { --back: #0d1117; --text: #f0f6fc; --line: #3d444d; --row: #151b23; --link: #4493f8 } }
  body { margin: 16px; font: 14px/1.5 "Noto Sans", "DejaVu Sans", sans-serif; color: var(--text); background: var(--back); overflow-wrap: break-word }
  h3 { font-size: 1.25em; margin: 24px 0 16px } h4 { margin: 24px 0 16px } p, ul, table, details, pre { margin: 0 0 16px } ul { padding-left: 2em }
  code { background: #818b981f; padding: .2em .4em; border-radius: 6px; font: 85% monospace; white-space: break-spaces }
  pre { background: var(--row); padding: 16px; overflow: auto } pre code { background: none; padding: 0; white-space: pre }
  table { border-collapse: collapse; display: block; width: max-content; max-width: 100%; overflow: auto }
  th, td { border: 1px solid var(--line); padding: 6px 13px } tr:nth-child(2n) { background: var(--row) } a { color: var(--link) }
  img { max-width: 100% }`;

/** What runs in the browser: draws what GitHub draws, with the theme that GitHub takes. @returns the error, if there is one */
const DRAW = `(async (theme) => {
  const blocks = [...document.querySelectorAll('pre > code.language-mermaid')];
  for (const block of blocks) {
    const div = document.createElement('div');
    div.className = 'mermaid';
    div.textContent = block.textContent;
    block.parentElement.replaceWith(div);
  }
  mermaid.initialize({ startOnLoad: false, theme, securityLevel: 'strict' });
  try { await mermaid.run(); return ''; } catch (error) { return String(error); }
})`;

export interface ShownMarkdown extends Rendered {
  /** How many charts Mermaid drew. */
  readonly charts: number;
  /** What Mermaid says is wrong. */
  readonly error: string;
  /** By how many pixels the page is wider than the screen. */
  readonly overflow: number;
}

export class Pages {
  private constructor(private readonly browser: Browser) {}

  static async open(): Promise<Pages> {
    mkdirSync(pictures, { recursive: true });
    return new Pages(await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] }));
  }

  async close(): Promise<void> {
    await this.browser.close();
  }

  /** Shows Markdown as GitHub does. @param picture the name of the screenshot in build/judgement */
  async showMarkdown(
    markdown: string,
    { picture, scheme = 'light', width = WIDE }: { picture?: string; scheme?: Scheme; width?: number } = {},
  ): Promise<ShownMarkdown> {
    const page = await this.browser.newPage({ viewport: { width, height: 400 }, colorScheme: scheme });
    await page.setContent(
      `<!doctype html><meta charset="utf-8"><style>${STYLE}</style><body>${renderHtml(markdown)}</body>`,
    );
    const rendered = await page.evaluate<Rendered>(readPage);
    // Mermaid takes seconds, which only a picture is worth.
    const hasCharts = picture !== undefined && (await page.locator('code.language-mermaid').count()) > 0;
    if (hasCharts) await page.addScriptTag({ content: readFileSync(mermaid, 'utf8') });
    const error = hasCharts ? await page.evaluate<string>(`${DRAW}('${scheme === 'dark' ? 'dark' : 'default'}')`) : '';
    const charts = await page.locator('.mermaid svg').count();
    const overflow = await overflowOf(page);
    if (picture !== undefined) await page.screenshot({ path: pathOf(picture, scheme, width), fullPage: true });
    await page.close();
    return { ...rendered, charts, error, overflow };
  }

  /** Shows an HTML page as a file. The caller closes it. */
  async showPage(
    html: string,
    { picture, scheme = 'light', width = WIDE }: { picture: string; scheme?: Scheme; width?: number },
  ): Promise<{ readonly page: Page; readonly requests: readonly string[]; readonly overflow: number }> {
    const file = join(pictures, `${picture}.html`);
    writeFileSync(file, html);
    const page = await this.browser.newPage({ viewport: { width, height: 720 }, colorScheme: scheme });
    const requests: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(pathToFileURL(file).href);
    await page.screenshot({ path: pathOf(picture, scheme, width), fullPage: true });
    return { page, requests, overflow: await overflowOf(page) };
  }
}

function pathOf(picture: string, scheme: Scheme, width: number): string {
  return join(pictures, `${picture}-${scheme}${width === WIDE ? '' : `-${width}`}.png`);
}

function overflowOf(page: Page): Promise<number> {
  return page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
}
