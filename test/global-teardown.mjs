// A run leaves nothing: no process, and no folder of a suite. What is left is told by name, removed, and fails the run.
export default async function teardown() {
  const { testCluster, runFolder } = globalThis;
  await testCluster?.stop();
  const left = (await runFolder?.close(testCluster.access.quick)) ?? [];
  if (left.length === 0) return;
  console.error(`Left behind by the suites:\n${left.map((each) => `  ${each}`).join('\n')}`);
  process.exitCode = 1;
}
