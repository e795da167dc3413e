// One PostgreSQL for the whole run, quick and careless (fsync off), with a migrated template that suites clone.
import './support/typescript.mjs';

export default async function setup() {
  const { startTestCluster } = await import('./support/test-cluster.ts');
  globalThis.testCluster = await startTestCluster();
  process.env.TEST_PG = JSON.stringify(globalThis.testCluster.access);
}
