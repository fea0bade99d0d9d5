void require('./chunks/run-phases.js').runRunPhasesPost(new URL('..', require('node:url').pathToFileURL(__filename)));
