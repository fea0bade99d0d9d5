void require('./chunks/collect-results.js').runCollectResults(new URL('..', require('node:url').pathToFileURL(__filename)));
