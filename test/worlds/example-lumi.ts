import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WorkflowPlay } from './sandbox/play-workflow.js';
import type { Scene } from './sandbox/scene.js';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Six images, of which three build on another: the shape of the example's 30 images. */
export const IMAGES = {
  'rocm-6.1': undefined,
  'rocm-6.2': undefined,
  'rocm-asan-6.2': undefined,
  'pytorch-rocm-6.1': 'rocm-6.1',
  'pytorch-rocm-6.2': 'rocm-6.2',
  'jax-rocm-6.2': 'rocm-6.2',
} as const;
export type Image = keyof typeof IMAGES;

/** A user's repository made of the example, and stand-ins for Docker and the cluster. */
export class Containers {
  readonly repository: string;
  /** The folder of the stand-ins. */
  readonly programs: string;
  /** The cluster's folder for images on their way. */
  readonly staging: string;

  constructor(parent: string) {
    const folder = join(parent, 'containers');
    [this.repository, this.programs, this.staging] = [
      join(folder, 'repository'),
      join(folder, 'programs'),
      join(folder, 'cluster/staging'),
    ];
    cpSync(here('../fixtures/lumi'), this.programs, { recursive: true });
    cpSync(here('../../workflows/example-lumi/after/ci'), join(this.repository, 'ci'), { recursive: true });
    const lines = Object.entries(IMAGES).map(([name, base]) => `- { name: ${name}${base ? `, base: ${base}` : ''} }`);
    writeFileSync(join(this.repository, 'ci/images.yml'), `${lines.join('\n')}\n`);
    // The sandbox's EC2 offers no machine of that size.
    replace(join(this.repository, 'ci/containers.template.yml'), 'm7i.16xlarge, m6i.16xlarge', 't3.xlarge');
    mkdirSync(join(this.repository, '.github/workflows'), { recursive: true });
    execFileSync(process.execPath, ['ci/print-workflow.mjs'], { cwd: this.repository });
    for (const image of Object.keys(IMAGES) as Image[]) {
      this.writeRecipe(image, 'RUN true');
      this.writeTest(image, "echo 'tests passed: 3'");
    }
  }

  /** Writes an image's Dockerfile: on its base, with these lines. */
  writeRecipe(image: Image, ...lines: string[]): void {
    const head = IMAGES[image] === undefined ? 'FROM scratch' : 'ARG BASE\nFROM ${BASE}';
    this.write(`recipes/${image}/Dockerfile`, `${[head, `# ${image}`, ...lines].join('\n')}\n`);
  }

  writeTest(image: Image, ...lines: string[]): void {
    this.write(`recipes/${image}/test.sbatch`, `#!/bin/bash\n${lines.join('\n')}\n`);
  }

  /** From now on a test that is submitted fails. */
  forbidTests(): void {
    writeFileSync(join(this.programs, 'cluster/sbatch'), '#!/bin/sh\nexit 99\n');
  }

  /** What was canceled on the cluster, one request a line. */
  get canceled(): string {
    const file = join(this.programs, 'canceled');
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  /** A run of the workflow. It begins with {@link WorkflowPlay.toEnd}. */
  run(scene: Scene, runId: number, inputs: Readonly<Record<string, unknown>> = {}): WorkflowPlay {
    return new WorkflowPlay({
      scene,
      text: readFileSync(join(this.repository, '.github/workflows/containers.yml'), 'utf8'),
      repository: this.repository,
      programs: join(this.programs, 'machine'),
      inputs,
      vars: { CLUSTER: 'me@cluster.invalid', CLUSTER_KNOWN_HOSTS: 'a key', CLUSTER_STAGING: this.staging },
      secrets: { RUNNER_TOKEN: scene.sandbox.token, CLUSTER_SSH_KEY: 'a private key' },
      runId,
    });
  }

  private write(path: string, text: string): void {
    const file = join(this.repository, path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, text);
  }
}

function replace(file: string, text: string, by: string): void {
  const before = readFileSync(file, 'utf8');
  if (!before.includes(text)) throw new Error(`${file} has no "${text}" any more.`);
  writeFileSync(file, before.replace(text, by));
}
