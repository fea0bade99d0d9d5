import { chmodSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where no change can be reported (too many watches), the folder is looked at this often. */
const LOOK_MS = 100;

/** A folder of this step's own, outside of the workspace, for what tox and pytest write for it. */
export interface ResultFolder {
  /** Where tox writes its result. */
  readonly result: string;
  /** Where pytest writes; each file is moved away as soon as it appears, so that the next run writes another. */
  readonly reports: string;
  /** The environment's name and the path of each report. */
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
  const sweep = (): void => {
    for (const name of readdirSync(reports).filter((one) => one.endsWith('.xml'))) {
      const path = join(kept, `${found.length}.xml`);
      renameSync(join(reports, name), path);
      found.push({ environment: name.slice(0, -'.xml'.length), path });
    }
  };
  const stop = observe(reports, sweep);
  return {
    result: join(folder, 'result.json'),
    reports,
    list: () => (sweep(), found),
    close: () => {
      stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function observe(folder: string, onChange: () => void): () => void {
  const timer = setInterval(onChange, LOOK_MS).unref();
  try {
    const watcher = watch(folder, { persistent: false }, onChange);
    watcher.on('error', () => watcher.close());
    return () => (clearInterval(timer), watcher.close());
  } catch {
    return () => clearInterval(timer);
  }
}
