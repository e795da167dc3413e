/** @type {import('jest').Config} */
export default {
  testEnvironment: '<rootDir>/test/environment.mjs', // Node's, with globals that cost nothing
  roots: ['<rootDir>/test', '<rootDir>/src'],
  testMatch: ['**/*.spec.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': ['@swc/jest'] },
  globalSetup: '<rootDir>/test/global-setup.mjs',
  globalTeardown: '<rootDir>/test/global-teardown.mjs',
  testSequencer: '<rootDir>/test/sequencer.mjs',
  testTimeout: 180_000, // no test is about time; a busy machine is not a failure
  maxWorkers: 3, // on two cores: suites of faults wait for locks and processes half of their time
  workerIdleMemoryLimit: '768MB', // modules of ESM suites are never freed: a worker that grew is replaced
  workerGracefulExitTimeout: 5_000, // ms; one of some hundred MB takes a fifth of a second to end, and on a busy machine more than Jest's half
  cacheDirectory: '<rootDir>/node_modules/.cache/jest',
};
