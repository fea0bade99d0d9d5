/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
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
  // Whole processes run in the tests: what takes a second on a quiet machine takes ten on a busy one.
  testTimeout: 30_000,
  watchman: false,
};
