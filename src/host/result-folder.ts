import { chmodSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How often the folder is read in addition to the file watch, because the system may have no watch left. */
const POLL_MS = 100;

/** A folder outside the workspace for the files that tox and pytest write for this step. */
export interface ResultFolder {
  /** The file to which tox writes its result. */
  readonly result: string;
  /** The folder to which pytest writes. Each file is moved away at once, so that the next session writes a new file. */
  readonly reports: string;
  /** The environment and the path of each report. */
  list(): readonly { readonly environment: string; readonly path: string }[];
  close(): void;
}

export function openResultFolder(env: NodeJS.ProcessEnv): ResultFolder {
  const folder = mkdtempSync(join(env['RUNNER_TEMP'] || tmpdir(), 'run-tox-'));
  const [reports, kept] = [join(folder, 'reports'), join(folder, 'kept')];
  for (const one of [reports, kept]) mkdirSync(one);
  // Tests may run as another user.
  chmodSync(folder, 0o755);
  chmodSync(reports, 0o1777);
  const found: { environment: string; path: string }[] = [];
  const collect = (): void => {
    for (const name of readdirSync(reports).filter((one) => one.endsWith('.xml'))) {
      const path = join(kept, `${found.length}.xml`);
      renameSync(join(reports, name), path);
      found.push({ environment: name.slice(0, -'.xml'.length), path });
    }
  };
  const stop = observe(reports, collect);
  return {
    result: join(folder, 'result.json'),
    reports,
    list: () => (collect(), found),
    close: () => {
      stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function observe(folder: string, onChange: () => void): () => void {
  const timer = setInterval(onChange, POLL_MS).unref();
  try {
    const watcher = watch(folder, { persistent: false }, onChange);
    watcher.on('error', () => watcher.close());
    return () => (clearInterval(timer), watcher.close());
  } catch {
    return () => clearInterval(timer);
  }
}
