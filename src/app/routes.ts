/** The routes that exist, so that a wrong method is told apart from a wrong address. */
export class RouteTable {
  private readonly patterns = new Map<string, { match: RegExp; methods: Set<string> }>();

  /** `pattern` as Fastify writes it: `/v1/customers/:id`. */
  add(pattern: string, methods: readonly string[]): void {
    if (pattern.includes('*')) return; // a catch-all says nothing about an address
    const match = new RegExp(`^${pattern.replace(/[.+()]/g, '\\$&').replace(/:[A-Za-z]+/g, '[^/]+')}$`);
    const known = this.patterns.get(pattern) ?? { match, methods: new Set<string>() };
    for (const method of methods) known.methods.add(method);
    this.patterns.set(pattern, known);
  }

  /** Every route but catch-alls. */
  all(): { method: string; pattern: string }[] {
    return [...this.patterns].flatMap(([pattern, { methods }]) => [...methods].map((method) => ({ method, pattern })));
  }

  /** Methods of the address, none when there is no such address. `url` may carry a query. */
  methodsAt(url: string): string[] {
    const path = url.split('?', 1)[0]!;
    const methods = [...this.patterns.values()]
      .filter(({ match }) => match.test(path))
      .flatMap((route) => [...route.methods]);
    return [...new Set(methods)].sort();
  }
}
