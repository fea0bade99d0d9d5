/**
 * The boot agent for a stock image, with only the parts that the payload needs: user data is small. `npm run print` marks
 * a part that only some payloads need with lines `# {KEY, KEY` and `# }`, from the line `# only with: KEY, KEY` in its
 * head. It is needed if the payload has one of these keys; `format 4` is a key with its value.
 *
 * @param payload the lines of the payload
 */
export function selectParts(agent: string, payload: readonly string[]): string {
  const isNeeded = (key: string) => payload.some((line) => `${line} `.startsWith(`#:${key} `));
  return agent.replace(/^# \{(.+)\n([^]*?)^# \}\n/gm, (_, keys: string, part: string) =>
    keys.split(', ').some(isNeeded) ? part : '',
  );
}
