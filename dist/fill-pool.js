void require('./chunks/fill-pool.js').runFillPool(new URL('..', require('node:url').pathToFileURL(__filename)));
