import type { Findings } from '../problems.js';
import type { Programs } from '../program.js';

/** The first version of gh with `gh variable`. */
const OLDEST_GH = [2, 31] as const;
const GET_AWS = 'Install the AWS CLI: https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html';
const GET_GH = 'Install the GitHub CLI, 2.31 or newer: https://cli.github.com';

/** Whether both programs are installed. @returns false if nothing can be asked */
export async function checkTools(tools: Programs, findings: Findings): Promise<boolean> {
  const [aws, gh] = await Promise.all([tools.run('aws', ['--version']), tools.run('gh', ['--version'])]);
  if (aws.code !== 0) findings.problem('The program `aws` does not run.', GET_AWS);
  const version = /gh version (\d+)\.(\d+)/.exec(gh.stdout)?.slice(1).map(Number);
  if (gh.code !== 0) findings.problem('The program `gh` does not run.', GET_GH);
  else if (version && isOlder(version)) findings.problem(`gh ${version.join('.')} is too old.`, GET_GH);
  return findings.problems.length === 0;
}

function isOlder([major = 0, minor = 0]: readonly number[]): boolean {
  return major < OLDEST_GH[0] || (major === OLDEST_GH[0] && minor < OLDEST_GH[1]);
}
