import type { Step } from '../../../sandbox/step.js';
import { errorOf } from '../../worlds/sandbox/scene.js';
import type { DockerEnvironment } from './docker.js';
import { ComposeStage, type Played } from './stage.js';

export interface Tried extends Played {
  /** The error of the step, as its user reads it. */
  readonly error: string;
  readonly artifacts: readonly string[];
  /** Reads an artifact by the end of its path. '' if there is none. */
  readonly read: (end: string) => string;
  /** The bytes of an artifact, by the end of its path. 0 if there is none. */
  readonly sizes: (end: string) => number;
}

export interface Project {
  readonly env: DockerEnvironment;
  readonly files: Readonly<Record<string, string>>;
  readonly inputs?: Step['inputs'];
  readonly more?: Partial<Step>;
  /** Called between the main step and the post step. */
  readonly between?: () => void;
}

/** Runs a project of a few files in the folder `project`, and hands over what its user sees. */
export async function tryProject(project: Project): Promise<Tried> {
  const { env, files, inputs = {}, more = {}, between } = project;
  const stage = new ComposeStage(env);
  try {
    stage.write('project/.keep', '');
    for (const [path, text] of Object.entries(files)) stage.write(`project/${path}`, text);
    const played = await stage.play(
      { directory: 'project', ...inputs },
      { ...more, ...(between && { onEnd: between }) },
    );
    const artifacts = stage.listArtifacts();
    const contents = new Map(artifacts.map((path) => [path, stage.readArtifact(path)]));
    const find = (end: string) => [...contents].find(([path]) => path.endsWith(end))?.[1];
    const read = (end: string): string => find(end)?.text ?? '';
    return { ...played, error: errorOf(played.main), artifacts, read, sizes: (end) => find(end)?.bytes ?? 0 };
  } finally {
    stage.close();
  }
}

/** Whether anything of the project is left after its post step. */
export const isClean = ({ remains: { post } }: Played): boolean =>
  Object.values(post).every((names) => names.length === 0);
