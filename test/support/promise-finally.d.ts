// What a promise's `finally` is given may return a promise, and is waited for: the language says so, TypeScript's own types do not.
interface Promise<T> {
  finally(ended: () => PromiseLike<unknown>): Promise<T>;
}
