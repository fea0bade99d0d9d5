import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const FOLDER = 'workflows/example-lumi/after';
/** The workflow with the jobs of 30 images. */
export const EXAMPLE = `${FOLDER}/containers.yml`;

/**
 * Prints the example's workflow by the example's own program, as its users do.
 *
 * @param root the folder of this repository
 * @throws Error when the example's list of images or its template is wrong; the program says what
 */
export function printExample(root: string): void {
  execFileSync(process.execPath, [join(root, FOLDER, 'ci/print-workflow.mjs'), join(root, EXAMPLE)]);
}
