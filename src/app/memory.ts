import { setFlagsFromString } from 'node:v8';

/**
 * Lets the heap grow in smaller steps. By itself the runtime sizes it by the memory of the machine and keeps several times what lives; the service
 * shares its machine with the database, and collecting a little more often costs it next to nothing (figures in bench/README.md). Call it first.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--heap-growing-percent=50');
  setFlagsFromString('--max-semi-space-size=8'); // MiB
  setFlagsFromString('--semi-space-growth-factor=2');
}
