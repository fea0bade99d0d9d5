import { execFileSync } from 'node:child_process';
import { startEngine } from '../../worlds/docker/start-engine.js';
import { findShared, type ComposeCase, type Variant } from './cases.js';
import { docker, watchStarts, type DockerEnvironment } from './docker.js';
import { ComposeStage, playVariant, type Played } from './stage.js';

/** The daemon with the stand-in images, and what starts in it. */
export class ComposeScene {
  private readonly stages = new Set<ComposeStage>();

  private constructor(
    readonly env: DockerEnvironment,
    private readonly endWatch: () => void,
  ) {}

  static async open(): Promise<ComposeScene> {
    const env = { PATH: process.env['PATH'] ?? '', ...startEngine() };
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
    const { volumes = [] } = project.outside ?? {};
    for (const volume of volumes) docker(this.env, 'volume', 'create', volume);
    try {
      return await playVariant(stage, project, { variant, env: this.env });
    } finally {
      this.stages.delete(stage);
      stage.close();
      // Fails if the volume is gone.
      for (const volume of volumes) docker(this.env, 'volume', 'rm', volume);
    }
  }

  close(): void {
    this.endWatch();
  }
}

/** The images of the collected cases: `casebox:1` and `casebox:hc`. */
function makeImages(env: DockerEnvironment): void {
  const folder = findShared('compose/image');
  if (folder === undefined) return;
  const base = 'FROM ci-actions/stand-in:1\nCOPY serve probe check once /bin/\n';
  const check = 'HEALTHCHECK --interval=1s --timeout=2s --retries=8 CMD probe 127.0.0.1:8088';
  const images = { 'casebox:1': base, 'casebox:hc': `FROM casebox:1\nEXPOSE 8088\n${check}\n` };
  for (const [tag, input] of Object.entries(images)) {
    const args = ['build', '--quiet', '--tag', tag, '--file', '-', folder];
    execFileSync('docker', args, { env, input, stdio: ['pipe', 'pipe', 'pipe'] });
  }
}
