/**
 * The part of the book of advice (advice.ts) that run-phases alone needs: a start does not load it.
 */

export const READ_PHASE_LOG =
  'Read the last lines of the phase that the message names. The logs of all phases are in the folder of the output `artifacts`, with `index.html` as their table of contents.';
export const CHECK_LEFT_OUT = 'Check `only` and `skip`: they leave out every phase.';
export const FREE_DISK =
  'Free the disk, or use a machine with a larger volume (`volume-size` of start-runner). `artifacts` must name a folder that the step may write to, and that no phase removes.';
