// Jest's environment for Node, with a global object as V8 makes it. Jest's own is a proxy behind interceptors, and each `Array`, `JSON` or `Buffer`
// in a test or a source is then a look-up some fifty times dearer: a suite that scans JSON took six times as long. At the end of a suite its
// temporary folders are removed (`temporaryFolder`).
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import vm from 'node:vm';

const require = createRequire(import.meta.url);
const fromJest = createRequire(require.resolve('jest'));
const { TestEnvironment } = createRequire(fromJest.resolve('@jest/core'))('jest-environment-node');
const { createContext } = vm;

export default class PlainGlobals extends TestEnvironment {
  constructor(...given) {
    let made;
    vm.createContext = () => (made = createContext(vm.constants.DONT_CONTEXTIFY));
    try {
      super(...given);
    } finally {
      vm.createContext = createContext;
    }
    if (!made) throw new Error('Jest makes its globals in another way than test/environment.mjs expects.');
  }

  async teardown() {
    // What a suite left running may still write; that it runs is told at the end of the run.
    for (const folder of this.global.foldersMade ?? [])
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
    await super.teardown();
  }
}
