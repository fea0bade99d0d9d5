void require('./chunks/check-tests.js').runCheckTests(new URL('..', require('node:url').pathToFileURL(__filename)));
