import { parseHistoryAddress, type HistoryAddress } from '../src/core/history/address.js';
import { BadValue } from '../src/core/inputs/inputs.js';
import { text, value, type Kind } from '../src/terminal/options.js';

/** Where a history is. */
export const address: Kind<HistoryAddress> = {
  placeholder: 'ADDRESS',
  allowed: 'the path of a file, `s3://BUCKET/KEY`, `branch:NAME` or `branch:NAME:PATH`',
  parse(given) {
    try {
      return given === '' ? undefined : parseHistoryAddress(given);
    } catch (error) {
      if (error instanceof BadValue) return undefined;
      throw error;
    }
  },
};

/** Epoch ms. */
export const time: Kind<number> = {
  placeholder: 'DATE',
  allowed: 'a date such as 2026-01-31 or 2026-01-31T12:00:00Z',
  parse(given) {
    const at = /^\d{4}-\d\d-\d\d(T.*)?$/.test(given) ? Date.parse(given) : Number.NaN;
    return Number.isFinite(at) ? at : undefined;
  },
};

export const repository = value(
  'The repository of a history in a branch. Default: GITHUB_REPOSITORY.',
  text('OWNER/REPO', { matches: /^[\w.-]+\/[\w.-]+$/, allowed: 'a repository like octo-org/octo-repo' }),
);
