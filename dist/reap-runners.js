void require('./chunks/reap-runners.js').runReapRunners(new URL('..', require('node:url').pathToFileURL(__filename)));
