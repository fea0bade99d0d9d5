void require('./tox.js').runRunTox(new URL('..', require('node:url').pathToFileURL(__filename)));
