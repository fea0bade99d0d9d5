void require('./chunks/run-compose.js').runRunCompose(new URL('..', require('node:url').pathToFileURL(__filename)));
