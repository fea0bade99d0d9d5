/**
 * The boot agent for a stock image, with only the parts that the payload needs: user data is small. `npm run print` marks
 * a part that only some payloads need with lines `# {START` and `# }`, from the line `# only with: START` in its head. It
 * is needed if a line of the payload starts with `#:START`.
 *
 * @param payload the lines of the payload
 */
export function selectParts(agent: string, payload: readonly string[]): string {
  return agent.replace(/^# \{(.+)\n([^]*?)^# \}\n/gm, (_, start: string, part: string) =>
    payload.some((line) => line.startsWith(`#:${start}`)) ? part : '',
  );
}
