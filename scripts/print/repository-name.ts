/** What a GitHub repository may be called: owner, slash, name. */
const NAME = String.raw`[A-Za-z0-9](?:[\w-]*[A-Za-z0-9])?\/[\w.-]+`;

/**
 * Reads from package.json which repository this is: `org/ci-actions`. Every printed `uses:` line names it.
 *
 * @throws Error when package.json does not name a repository of GitHub
 */
export function readRepositoryName(packageJson: string): string {
  const { repository } = JSON.parse(packageJson) as { repository?: unknown };
  const [, name] = new RegExp(`^github:(${NAME})$`).exec(String(repository)) ?? [];
  if (name === undefined)
    throw new Error(`package.json: \`repository\` is "${String(repository)}"; allowed: \`github:<owner>/<name>\`.`);
  return name;
}
