void require('./check.js').runCheckTests(new URL('..', require('node:url').pathToFileURL(__filename)));
