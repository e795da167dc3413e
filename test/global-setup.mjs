// One PostgreSQL for the whole run, quick and careless (fsync off), with a migrated template that suites clone; and a temporary folder of its own.
import './support/typescript.mjs';

export default async function setup() {
  const { startTestCluster } = await import('./support/test-cluster.ts');
  globalThis.testCluster = await startTestCluster();
  process.env.TEST_PG = JSON.stringify(globalThis.testCluster.access);
  const { openRunFolder } = await import('./support/left-behind.ts');
  globalThis.runFolder = openRunFolder();
}
