void require('./reap.js').runReapRunners(new URL('..', require('node:url').pathToFileURL(__filename)));
