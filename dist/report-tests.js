void require('./chunks/report-tests.js').runReportTests(new URL('..', require('node:url').pathToFileURL(__filename)));
