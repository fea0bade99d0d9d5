import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { findShared, type ComposeCase, type Variant } from './cases.js';
import { watchStarts, type DockerEnvironment } from './docker.js';
import { ComposeStage, playVariant, type Played } from './stage.js';

/** The daemon with the stand-in images, and what starts in it. */
export class ComposeScene {
  private readonly stages = new Set<ComposeStage>();

  private constructor(
    readonly env: DockerEnvironment,
    private readonly endWatch: () => void,
  ) {}

  static async open(): Promise<ComposeScene> {
    const env = await openDocker();
    makeImages(env);
    const stages = new Set<ComposeStage>();
    const endWatch = await watchStarts(env, (start) => {
      for (const stage of stages) if (start.folder.startsWith(`${stage.directory}/`)) stage.started.push(start);
    });
    const scene = new ComposeScene(env, endWatch);
    return Object.assign(scene, { stages });
  }

  async play(project: ComposeCase, variant: Variant): Promise<Played> {
    const stage = new ComposeStage(this.env);
    this.stages.add(stage);
    try {
      return await playVariant(stage, project, { variant, env: this.env });
    } finally {
      this.stages.delete(stage);
      stage.close();
    }
  }

  close(): void {
    this.endWatch();
  }
}

/** Of the daemon that the tests share. */
async function openDocker(): Promise<DockerEnvironment> {
  return { PATH: process.env['PATH'] ?? '', DOCKER_CONFIG: '/work/main/.peers/docker' };
}

/** The images of the collected cases: `casebox:1` and `casebox:hc`. */
function makeImages(env: DockerEnvironment): void {
  const folder = findShared('compose/image');
  if (folder === undefined) return;
  const base = 'FROM ci-actions/stand-in:1\nCOPY serve probe check once /bin/\n';
  const healthy =
    'FROM casebox:1\nEXPOSE 8088\nHEALTHCHECK --interval=1s --timeout=2s --retries=8 CMD probe 127.0.0.1:8088\n';
  for (const [tag, input] of [
    ['casebox:1', base],
    ['casebox:hc', healthy],
  ] as const)
    execFileSync('docker', ['build', '--quiet', '--tag', tag, '--file', '-', folder], {
      env,
      input,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
}
