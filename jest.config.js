/** @type {import('jest').Config} */
const common = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  // Imports end in .js, as Node requires. The files end in .ts.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } } }] },
  // Folders of built and installed files have more files than the project.
  roots: ['<rootDir>/test', '<rootDir>/tools'],
  modulePathIgnorePatterns: ['<rootDir>/build/', '<rootDir>/dist/', '<rootDir>/.peers/'],
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
    // These suites use programs that their own scripts install.
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
  // Most tests wait for processes. One worker, which is jest's default on two cores, would leave both cores idle.
  maxWorkers: 3,
  // The tests run whole processes. A second on an idle machine is twenty on a busy one.
  testTimeout: 180_000,
  watchman: false,
};
