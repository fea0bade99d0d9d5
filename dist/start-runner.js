void require('./chunks/start-runner.js').runStartRunner(new URL('..', require('node:url').pathToFileURL(__filename)));
