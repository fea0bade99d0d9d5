/**
 * The part of the book of advice (advice.ts) that judge-results alone needs: a start does not load it.
 */

export const WRITE_RESULTS =
  'Check that the tests ran and wrote their results, and that the patterns are relative to the workspace, or absolute. A job of its own downloads the artifact with the results first.';
export const READ_VERDICTS =
  'Read the verdicts in the job summary, or in `report.html` in the folder of the output `artifacts`. If the new value is right, change its threshold. A change beside a history is red once: later runs are compared with the new level.';
export const CORRECT_RESULTS =
  'Correct what the verdicts in the job summary name. `require-thresholds: false` judges without thresholds, and `fail-on` lists what fails.';
export const ALLOW_BRANCH =
  'Give the job `contents: write`, and leave the branch of the history without rules that refuse its pushes. The name in `history` must be that of a file, not of a folder.';
export const MEND_HISTORY =
  'Check that `history` names a file with lines of earlier runs, that the step may read and write it, and that the disk has room.';
export const PRUNE_HISTORY =
  'Remove old runs: in a clone of this repository, `npm run history -- prune ADDRESS --before DATE` prints which, and with `--yes` removes them. ADDRESS is that of the input `history`.';
