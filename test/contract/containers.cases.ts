import { CONTAINERS_LIFE_CASES } from './containers-life.cases.js';
import { CONTAINERS_OUTPUT_CASES } from './containers-output.cases.js';
import { CONTAINERS_PROJECT_CASES } from './containers-project.cases.js';

/** What every implementation of `Containers` must do. Each case has a world of its own. */
export const CONTAINERS_CASES = {
  ...CONTAINERS_PROJECT_CASES,
  ...CONTAINERS_LIFE_CASES,
  ...CONTAINERS_OUTPUT_CASES,
};

export type ContainersCaseName = keyof typeof CONTAINERS_CASES;
