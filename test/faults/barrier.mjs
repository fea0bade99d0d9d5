/** Loads a step's bundle, then waits until a file appears, so that a hundred steps begin at one moment. */
import { existsSync } from 'node:fs';

const { FAULTS_BARRIER, FAULTS_BUNDLE } = process.env;
if (FAULTS_BARRIER && FAULTS_BUNDLE) {
  await import(FAULTS_BUNDLE);
  while (!existsSync(FAULTS_BARRIER)) await new Promise((resolve) => setTimeout(resolve, 100));
}
