/** The programs of `ami/boot/`, sent along to images without them. */
export interface BootScripts {
  readonly agent: string;
  readonly installRunner: string;
  readonly aptWhenFree: string;
  /** Needed only for format 4. */
  readonly unpackJitConfigs?: string;
  /** Needed only with a data volume. */
  readonly dataVolume?: string;
}

/**
 * The lines that install the agent if it is missing, and start it. On an image with a built-in agent, its systemd unit
 * has started it already, and the second start does nothing. An image made from an instance that ran these lines has an
 * agent without a unit, and with only the parts that the payload of that time needed; so there the lines install the
 * agent again, and start it. If a line fails, the trap powers the instance off; `exec` removes the trap.
 *
 * @param payload the lines of the payload, which decide what of the agent is needed
 */
export function bootstrapLines(scripts: BootScripts, payload: readonly string[]): string[] {
  const has = (key: string) => hasKey(payload, key);
  return [
    'set -euo pipefail',
    'root=${CI_ACTIONS_ROOT:-}',
    'agent=$root/opt/ci-actions/agent.sh',
    `trap 'bash -c "\${CI_ACTIONS_POWER_OFF:-systemctl poweroff}"' EXIT`,
    'partial=$root/opt/ci-actions/partial',
    'if [ ! -x "$agent" ] || [ -e "$partial" ]; then',
    'mkdir -p "$root/opt/ci-actions"',
    ': >"$partial"',
    ...embed('install-runner.sh', scripts.installRunner),
    ...embed('apt-when-free.sh', scripts.aptWhenFree),
    ...(has('jit-configs') ? embed('unpack-jit-configs.mjs', scripts.unpackJitConfigs!) : []),
    ...(has('data-volume') ? embed('data-volume.sh', scripts.dataVolume!) : []),
    ...embed('agent.sh', selectParts(scripts.agent, payload)),
    'fi',
    'exec "$agent" start',
  ];
}

/** @param key may have a value: `format 4` */
function hasKey(payload: readonly string[], key: string): boolean {
  return payload.some((line) => `${line} `.startsWith(`#:${key} `));
}

/** Comments and indentation would take a tenth of the user data. No program of ours has any, or a blank line, in a string. */
function withoutComments(text: string): string {
  return text.replace(/^[ \t]+/gm, '').replace(/^((#(?!!)|\/\/).*)?\n/gm, '');
}

function embed(name: string, text: string): string[] {
  const end = 'END_OF_CI_ACTIONS_FILE';
  return [
    `cat >"$root/opt/ci-actions/${name}" <<'${end}'`,
    withoutComments(text).trimEnd(),
    end,
    `chmod 755 "$root/opt/ci-actions/${name}"`,
  ];
}

/**
 * The boot agent for a stock image, with only the parts that the payload needs: user data is small. `npm run print` marks
 * a part that only some payloads need with lines `# {KEY, KEY` and `# }`, from the line `# only with: KEY, KEY` in its
 * head. It is needed if the payload has one of these keys; `format 4` is a key with its value, and
 * `spot` one that only this function sees.
 *
 * @param payload the lines of the payload
 */
export function selectParts(agent: string, payload: readonly string[]): string {
  const isNeeded = (key: string) => hasKey(payload, key);
  return agent.replace(/^# \{(.+)\n([^]*?)^# \}\n/gm, (_, keys: string, part: string) =>
    keys.split(', ').some(isNeeded) ? part : '',
  );
}
