import type { ComposeProject, ContainerEngine } from '../ports/containers.js';
import type { Environment } from '../ports/programs.js';
import type { BenchmarkPlan } from './benchmark.js';
import type { Layout } from './layout.js';
import type { ProjectModel } from './model.js';
import type { ChosenServices } from './session.js';

/** What the check found out, and what is done from then on. */
export interface Plan extends ChosenServices {
  readonly engine: ContainerEngine;
  /** With the generated override files, if there are any. */
  readonly project: ComposeProject;
  /** The project without the generated file of the session. */
  readonly userProject: ComposeProject;
  readonly model: ProjectModel;
  readonly rawModel: unknown;
  readonly layout: Layout;
  readonly benchmark: BenchmarkPlan;
  /** What scripts of the host get in addition: they meet this project with `docker compose`. */
  readonly scriptEnv: Environment;
  readonly warnings: readonly string[];
}

/** The services of the session, if it is services. */
export function sessionServices({ session }: Pick<ChosenServices, 'session'>): readonly string[] {
  return session.kind === 'services' ? session.services : [];
}
