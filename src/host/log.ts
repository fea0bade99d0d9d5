import * as core from '@actions/core';
import type { Log } from '../core/ports/process.js';

/**
 * The run's log. Groups don't nest on GitHub: a group inside a group is a plain line of the outer one.
 *
 * What is logged may come from elsewhere (an instance's console, a vendor's message), so a line that
 * GitHub would take for a workflow command is made harmless.
 */
export function createLog(): Log {
  let open = false;
  return {
    async group(title, body) {
      if (open) {
        core.info(disarm(title));
        return body();
      }
      open = true;
      try {
        return await core.group(title, body);
      } finally {
        open = false;
      }
    },
    info: (sentence) => core.info(disarm(sentence)),
    // Annotations escape line ends themselves, so nothing in them can begin a command.
    notice: (sentence) => core.notice(sentence),
    warning: (sentence) => core.warning(sentence),
    debug: (sentence) => core.debug(sentence),
  };
}

/**
 * Puts an invisible character into what would be a workflow command: `::name::` at the start of a line and
 * `##[name]` anywhere. Source: ActionCommand.TryParse and TryParseV2 in actions/runner.
 */
export function disarm(text: string): string {
  return text.replace(/^(\s*):(?=:)/gm, '$1:\u200b').replaceAll('##[', '##\u200b[');
}
