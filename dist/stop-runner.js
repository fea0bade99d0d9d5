void require('./chunks/stop-runner.js').runStopRunner(new URL('..', require('node:url').pathToFileURL(__filename)));
