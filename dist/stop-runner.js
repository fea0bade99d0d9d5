void require('./stop.js').runStopRunner(new URL('..', require('node:url').pathToFileURL(__filename)));
