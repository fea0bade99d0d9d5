void require('./chunks/run-phases.js').runRunPhases(new URL('..', require('node:url').pathToFileURL(__filename)));
