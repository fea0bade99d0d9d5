import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { StandIn } from './plan.js';

const run = promisify(execFile);
const SCRIPT = fileURLToPath(new URL('stand-in.sh', import.meta.url));
const DIGEST = 'ci-actions.stand-in';
/** How long Docker may take to answer a question. */
const PATIENCE_MS = 30_000;

async function docker(...args: string[]): Promise<string> {
  // Said, because a test that changes `process.env` changes a copy, which programs do not inherit.
  const { stdout } = await run('docker', args, { timeout: PATIENCE_MS, env: process.env });
  return stdout.trim();
}

/** The variables by which `docker` on the instance finds this machine's engine and the plugins of this user. */
export function dockerVariables(): Readonly<Record<string, string>> {
  const passed = ['DOCKER_HOST', 'DOCKER_CONTEXT', 'DOCKER_TLS_VERIFY', 'DOCKER_CERT_PATH'];
  const given = passed.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]));
  return { ...Object.fromEntries(given), DOCKER_CONFIG: process.env['DOCKER_CONFIG'] ?? join(homedir(), '.docker') };
}

/** Why no Compose project can run here. `undefined`: it can. */
export async function findObstacle(): Promise<string | undefined> {
  try {
    await docker('version', '--format', '{{.Server.Version}}');
    await docker('compose', 'version');
    return undefined;
  } catch (error) {
    const { code, message, stderr = '' } = error as NodeJS.ErrnoException & { readonly stderr?: string };
    if (code === 'ENOENT') return 'there is no program `docker` on PATH';
    const said = stderr.trim().split('\n')[0] ?? '';
    return said === '' ? message : said;
  }
}

/** Whether containers get GPUs here: by NVIDIA's runtime or by CDI. */
export async function hasGpu(): Promise<boolean> {
  const info = await docker('info', '--format', '{{json .Runtimes}} {{json .CDISpecDirs}}').catch(() =>
    docker('info', '--format', '{{json .Runtimes}}'),
  );
  return (
    /nvidia/.test(info) ||
    readdirOrNothing('/etc/cdi')
      .concat(readdirOrNothing('/var/run/cdi'))
      .some((name) => /nvidia/.test(name))
  );
}

function readdirOrNothing(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

export interface Loan {
  /** How each image was had, in words. */
  readonly said: readonly string[];
  /** Gives the images back: removes the ones that were made and that no other rehearsal uses. */
  end(): Promise<void>;
}

/** Makes the stand-ins of images that this engine does not have. The user's own images are used as they are. */
export async function lendImages(standIns: readonly StandIn[]): Promise<Loan> {
  const leases: { readonly image: string; readonly container: string }[] = [];
  const end = async (): Promise<void> => {
    for (const { image, container } of leases) {
      await docker('rm', '--force', container).catch(() => undefined);
      // Docker refuses while a container of another rehearsal uses it, which then removes it.
      await docker('image', 'rm', image).catch(() => undefined);
    }
  };
  const lent = await Promise.allSettled(
    standIns.map(async (one) => {
      const digest = await findDigest(one.image);
      if (digest === '') return `${one.image}: the image that this Docker has`;
      const wanted = computeDigest(one);
      const words = [one.image, one.commands, ...one.changes, `LABEL ${DIGEST}=${wanted}`];
      if (digest !== wanted) await run(SCRIPT, words, { env: process.env });
      // A container that never runs holds the image, so that another rehearsal does not remove it.
      const container = `ci-actions-lease-${randomBytes(4).toString('hex')}`;
      await docker('create', '--name', container, one.image, 'sh');
      leases.push({ image: one.image, container });
      return `${one.image}: a stand-in, busybox with ${readdirSync(one.commands).join(', ')}`;
    }),
  );
  const failed = lent.find((one) => one.status === 'rejected');
  if (!failed) return { said: lent.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])), end };
  await end();
  throw failed.reason;
}

/** The digest of a stand-in that this engine has. Empty: it has an image that is no stand-in. `undefined`: it has none. */
async function findDigest(image: string): Promise<string | undefined> {
  const known = await docker('image', 'ls', '--quiet', image);
  if (known === '') return undefined;
  return docker('image', 'inspect', '--format', `{{with .Config}}{{index .Labels "${DIGEST}"}}{{end}}`, image);
}

function computeDigest({ commands, changes }: StandIn): string {
  const hash = createHash('sha256').update(readFileSync(SCRIPT)).update(changes.join('\n'));
  for (const name of readdirSync(commands).sort()) hash.update(name).update(readFileSync(join(commands, name)));
  return hash.digest('hex').slice(0, 16);
}

/**
 * Removes what is left of projects. On EC2 it would have gone with the machine.
 *
 * @returns the names at Docker of what was removed
 */
export async function removeProjects(names: readonly string[]): Promise<readonly string[]> {
  const removed: string[] = [];
  for (const name of names) {
    const filter = ['--filter', `label=com.docker.compose.project=${name}`];
    const left = await Promise.all([
      docker('ps', '--all', ...filter, '--format', '{{.Names}}'),
      docker('network', 'ls', ...filter, '--format', '{{.Name}}'),
      docker('volume', 'ls', ...filter, '--format', '{{.Name}}'),
    ]);
    const found = left.join('\n').split('\n').filter(Boolean);
    if (found.length === 0) continue;
    removed.push(...found);
    await docker('compose', '--project-name', name, 'down', '--volumes', '--remove-orphans', '--timeout', '0');
  }
  return removed;
}
