void require('./report.js').runReportTests(new URL('..', require('node:url').pathToFileURL(__filename)));
