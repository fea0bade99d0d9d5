void require('./chunks/run-compose.js').runRunComposePost(new URL('..', require('node:url').pathToFileURL(__filename)));
