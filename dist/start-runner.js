void require('./start.js').runStartRunner(new URL('..', require('node:url').pathToFileURL(__filename)));
