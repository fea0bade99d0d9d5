import * as core from '@actions/core';
import type { Log } from '../core/ports/process.js';

/**
 * The log of the step. GitHub does not nest groups, so a group inside a group becomes a plain line of the outer group.
 *
 * Log lines may quote foreign text, such as the console of an instance or a vendor's message. Lines that GitHub would
 * execute as workflow commands are therefore disarmed.
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
    // Annotations escape line breaks, so their text cannot start a command.
    notice: (sentence) => core.notice(sentence),
    warning: (sentence) => core.warning(sentence),
    debug: (sentence) => core.debug(sentence),
  };
}

/**
 * Inserts an invisible character into workflow commands: `::name::` at the start of a line and `##[name]` anywhere.
 * Source: ActionCommand.TryParse and TryParseV2 in actions/runner.
 */
export function disarm(text: string): string {
  return text.replace(/^(\s*):(?=:)/gm, '$1:\u200b').replaceAll('##[', '##\u200b[');
}
