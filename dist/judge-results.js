void require('./chunks/judge-results.js').runJudgeResults(new URL('..', require('node:url').pathToFileURL(__filename)));
