import { runReportTests } from './index.js';
await runReportTests(new URL('..', import.meta.url));
