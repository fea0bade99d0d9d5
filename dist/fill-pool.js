void require('./fill.js').runFillPool(new URL('..', require('node:url').pathToFileURL(__filename)));
