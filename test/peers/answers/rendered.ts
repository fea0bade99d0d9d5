/** A comment as a reader sees it: GitHub's own Markdown parser, and a browser. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const script = fileURLToPath(new URL('render.py', import.meta.url));
/** What reads a page, in the browser: gives {@link Rendered}. */
export const readPage = readFileSync(fileURLToPath(new URL('read-page.js', import.meta.url)), 'utf8');
/** The width of a comment on a large screen, and about the look of GitHub. */
const STYLE = `
  body { width: 840px; margin: 16px; font: 14px/1.5 "DejaVu Sans", sans-serif; color: #1f2328 }
  h3 { font-size: 1.25em; margin: 24px 0 16px } p, ul, table, details { margin: 0 0 16px } ul { padding-left: 2em }
  code { background: #818b981f; padding: .2em .4em; border-radius: 6px; font: 85% monospace; white-space: break-spaces }
  table { border-collapse: collapse; display: block; width: max-content; max-width: 100%; overflow: auto }
  th, td { border: 1px solid #d1d9e0; padding: 6px 13px } tr:nth-child(2n) { background: #f6f8fa } a { color: #0969da }`;

/** Markdown as GitHub's parser gives it, before GitHub removes what it does not allow. */
export function renderHtml(markdown: string): string {
  const python = join(root, '.peers/venv/bin/python');
  return execFileSync(python, [script], { input: markdown, encoding: 'utf8', env: process.env });
}

/** What a rendered comment consists of. */
export interface Rendered {
  /** The names of its elements, each once. */
  readonly elements: readonly string[];
  readonly links: readonly string[];
  /** Tables, rows with their headings, cells. */
  readonly tables: readonly (readonly (readonly string[])[])[];
  readonly codes: readonly string[];
  /** Texts in which GitHub looks for mentions, references, emoji: those in code and links are not. */
  readonly texts: readonly string[];
  /** Texts with a dollar sign that are not the only content of a span. */
  readonly formulas: readonly string[];
  /** What is seen before anything is unfolded. */
  readonly seen: string;
}

export class CommentPage {
  private constructor(
    private readonly browser: Browser,
    private readonly page: Page,
  ) {}

  static async open(): Promise<CommentPage> {
    const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
    const page = await browser.newPage({ viewport: { width: 872, height: 400 }, offline: true });
    return new CommentPage(browser, page);
  }

  async close(): Promise<void> {
    await this.browser.close();
  }

  /** @param picture the name of a screenshot in build/answers/, of the comment with all sections open and closed */
  async show(markdown: string, picture?: string): Promise<Rendered> {
    const html = renderHtml(markdown);
    await this.page.setContent(`<!doctype html><meta charset="utf-8"><style>${STYLE}</style><body>${html}</body>`);
    if (picture !== undefined) {
      const folder = join(root, 'build/answers');
      mkdirSync(folder, { recursive: true });
      await this.page.screenshot({ path: join(folder, `${picture}.png`), fullPage: true });
    }
    return await this.page.evaluate<Rendered>(readPage);
  }
}
