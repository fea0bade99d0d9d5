import { Failure } from '../../src/core/kernel/failure.js';
import type { Clock } from '../../src/core/kernel/clock.js';
import { connectGitHub } from '../../src/github/connect.js';
import { loadProxy } from '../../src/host/proxy.js';
import type { Facts } from '../facts/facts.js';
import { SetupError } from '../problems.js';
import { firstLine, type Programs } from '../program.js';
import type { CreatedApp, State } from '../state.js';
import { creationUrl, installationUrl, makeManifest } from './manifest.js';
import { servePage, type PageServer } from './server.js';

export interface AppWorld {
  readonly tools: Programs;
  readonly state: State;
  readonly clock: Clock;
  /** Tells the person what to do. */
  readonly say: (line: string) => void;
  readonly openBrowser: (url: string) => void;
}

/** How long a person may take for the two clicks. */
const PATIENCE_MS = 30 * 60_000;
/** How often GitHub is asked whether the App is installed. */
const CADENCE_MS = 2_000;
const AGAIN = 'Run the same command again: it goes on from here.';

/** Lets a person create the App and install it. @throws SetupError */
export async function createApp(facts: Facts, world: AppWorld): Promise<CreatedApp> {
  const { repository } = facts.github;
  const pages = await servePage(
    (state, redirectUrl) => ({
      repository: repository.name,
      owner: repository.owner,
      action: creationUrl(facts, state),
      manifest: JSON.stringify(makeManifest(facts, redirectUrl)),
    }),
    facts.request.port,
  ).catch((error: unknown) => {
    const what = `The page for the App cannot be shown: ${(error as Error).message}`;
    throw new SetupError([{ what, remedy: 'Give another `--port`.' }], AGAIN);
  });
  try {
    world.say(`  Open this page on this computer, and click: ${pages.url}`);
    world.openBrowser(pages.url);
    const app = await convert(await within(pages.code, world.clock), pages, world);
    world.say(`  The App ${app.name} exists: ${app.page}`);
    await waitForInstallation(app, facts, { ...world, pages });
    return app;
  } finally {
    await pages.close();
  }
}

/** Exchanges the code for the App's id and key, and writes both down before anything else. */
async function convert(code: string, pages: PageServer, { tools, state }: AppWorld): Promise<CreatedApp> {
  const ran = await tools.run('gh', ['api', '-X', 'POST', `app-manifests/${code}/conversions`]);
  if (ran.code === 0) {
    const { id, name, pem, html_url } = JSON.parse(ran.stdout) as {
      id: number;
      name: string;
      pem: string;
      html_url: string;
    };
    const app = { id, name, key: pem, page: html_url };
    state.saveApp(app);
    return app;
  }
  const what = `GitHub did not hand over the new App: ${firstLine(ran.stderr)}`;
  pages.showError(what);
  const remedy = 'If GitHub lists a new App in the settings of the owner (Developer settings, GitHub Apps), delete it.';
  throw new SetupError([{ what, remedy }], AGAIN);
}

/** Waits until the App can register runners of the repository. @throws SetupError */
export async function waitForInstallation(
  app: CreatedApp,
  facts: Facts,
  world: AppWorld & { readonly pages?: PageServer },
): Promise<void> {
  const { clock, say, pages } = world;
  const { name: repository } = facts.github.repository;
  const url = app.page === '' ? '' : installationUrl(facts, app.page);
  pages?.showInstallation({ name: app.name, repository, url });
  const end = clock.now() + PATIENCE_MS;
  let isTold = false;
  while (!(await isInstalled(app, facts, clock))) {
    if (!isTold) say(`  Install it for ${repository}${url && `: ${url}`}`);
    isTold = true;
    if (clock.now() >= end) {
      const what = `The App ${app.name} was not installed within 30 minutes.`;
      throw new SetupError([{ what, remedy: `Install it: ${url}` }], AGAIN);
    }
    await clock.sleep(CADENCE_MS);
  }
  pages?.showDone(app.name);
}

/** Whether the App's installation covers the repository and may register its runners. */
async function isInstalled(app: CreatedApp, { github }: Facts, clock: Clock): Promise<boolean> {
  const [owner, repo] = github.repository.name.split('/') as [string, string];
  const proxy = await loadProxy();
  const silent = {
    group: (_: string, body: () => never) => body(),
    info: ignore,
    notice: ignore,
    warning: ignore,
    debug: ignore,
  };
  try {
    await connectGitHub({
      apiUrl: github.apiUrl,
      credentials: { appId: `${app.id}`, privateKey: app.key },
      scope: { kind: 'repo', owner, repo },
      repository: { owner, repo },
      clock,
      log: silent,
      signal: new AbortController().signal,
      mask: ignore,
      ...(proxy.fetch && { fetch: proxy.fetch }),
    });
    return true;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (error.code === 'github-not-found') return false;
    throw new SetupError([{ what: error.message, remedy: error.hint }], AGAIN);
  }
}

function ignore(): undefined {
  return undefined;
}

async function within<T>(promise: Promise<T>, clock: Clock): Promise<T> {
  const over = new AbortController();
  const late = clock.sleep(PATIENCE_MS, over.signal).then(
    () => {
      const what = 'Nobody clicked within 30 minutes.';
      throw new SetupError([{ what, remedy: 'Open the page in a browser of this computer.' }], AGAIN);
    },
    () => new Promise<never>(() => undefined),
  );
  try {
    return await Promise.race([promise, late]);
  } finally {
    over.abort();
  }
}
