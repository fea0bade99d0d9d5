void require('./chunks/run-tox.js').runRunTox(new URL('..', require('node:url').pathToFileURL(__filename)));
