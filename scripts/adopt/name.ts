import type { Kind } from '../../src/terminal/options.js';

/** Enterprise Managed Users have an underscore in their names. */
const OWNER = /^[A-Za-z0-9](?:-?[A-Za-z0-9_])*$/;
const MOST_OF_OWNER = 39;
const MOST_OF_NAME = 100;

/** `my-org/ci-actions`: a repository as GitHub allows it. */
export const repositoryName: Kind<string> = {
  placeholder: 'OWNER/NAME',
  allowed: 'the owner and the name of your copy on GitHub, such as `my-org/ci-actions`, without an address',
  parse(given) {
    const [owner = '', name = '', ...more] = given.split('/');
    const fits =
      more.length === 0 &&
      OWNER.test(owner) &&
      owner.length <= MOST_OF_OWNER &&
      /^[\w.-]+$/.test(name) &&
      name.length <= MOST_OF_NAME &&
      !/^\.+$|\.(git|wiki)$/i.test(name);
    return fits ? given : undefined;
  },
};
