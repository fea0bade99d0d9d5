void require('./start.js').runStartRunnerPost(new URL('..', require('node:url').pathToFileURL(__filename)));
