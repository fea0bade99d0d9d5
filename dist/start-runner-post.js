void require('./chunks/start-runner.js').runStartRunnerPost(new URL('..', require('node:url').pathToFileURL(__filename)));
