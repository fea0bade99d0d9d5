void require('./chunks/plan-run.js').runPlanRun(new URL('..', require('node:url').pathToFileURL(__filename)));
