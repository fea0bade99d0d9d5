/** @type {import('jest').Config} */
const common = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  // Our imports end in .js, as Node wants them; the files they mean end in .ts.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } } }] },
  modulePathIgnorePatterns: [
    '<rootDir>/build/',
    '<rootDir>/dist/',
    '<rootDir>/.peers/',
    '<rootDir>/test/node24/node_modules/',
  ],
};

/** @type {import('jest').Config} */
export default {
  projects: [
    {
      ...common,
      displayName: 'suite',
      testMatch: ['<rootDir>/test/{unit,contract,process}/**/*.test.ts'],
      globalSetup: '<rootDir>/test/programs.js',
    },
    // These run against the programs that their own scripts install.
    {
      ...common,
      displayName: 'peers',
      testMatch: ['<rootDir>/test/{peers,boot}/**/*.test.ts'],
      globalSetup: '<rootDir>/test/node24/setup.js',
    },
    {
      ...common,
      displayName: 'tools',
      testMatch: ['<rootDir>/tools/**/*.test.ts'],
      globalSetup: '<rootDir>/test/node24/setup.js',
    },
  ],
  // Most of them wait for processes: one worker, which is jest's choice on two cores, would leave both idle.
  maxWorkers: 3,
  // Whole processes run in the tests: what takes a second on a quiet machine takes ten on a busy one.
  testTimeout: 60_000,
  watchman: false,
};
