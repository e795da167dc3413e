import { createReadStream } from 'node:fs';
import { glob, open } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { addDays, type Day } from '../../kernel/day.js';
import { SourceFailure } from '../source.js';
import { address, secret } from './setting-shapes.js';

/** Settings of a source that reads files: where they are, and which of them are about a day. */
export const filePlace = {
  /** `{day}` is 2026-10-03, `{yyyy}`, `{mm}`, `{dd}` its parts, `{unix_ms}` its beginning in UTC; `*` any characters of one name. */
  path: z.string().min(1),
  s3: z
    .strictObject({
      bucket: z.string().min(1),
      region: z.string().min(1).default('us-east-1'),
      /** Of a storage that is not Amazon's. */
      endpoint: address.optional(),
      access_key_id: secret.optional(),
      secret_access_key: secret.optional(),
    })
    .optional(),
  /** A file is named after another day than its rows' by at most so many days: another zone, late uploads. */
  days_before: z.number().int().min(0).max(31).default(1),
  days_after: z.number().int().min(0).max(31).default(1),
};
export type FilePlace = z.infer<z.ZodObject<typeof filePlace>>;

const isDated = (path: string): boolean => /\{(day|yyyy|mm|dd|unix_ms)\}/.test(path);

/** The last file that is read is of a day that has to end, and may be delivered a day later. */
export const filesSettleHours = ({ path, days_after: after }: FilePlace): number =>
  24 * (isDated(path) ? 1 + after : 1);

/** A file that can be read from its beginning, or in ranges. */
export interface SourceFile {
  name: string;
  size: number;
  /** Unzipped where its name ends in `.gz`. */
  pieces(): AsyncIterable<Uint8Array>;
  range(from: number, to: number): Promise<ArrayBuffer>;
}

/**
 * The files that may hold rows of a day. Throws SourceFailure when there is none for the day itself: an export that has not come yet is
 * no empty day.
 */
export async function* filesOf(given: FilePlace, day: Day): AsyncGenerator<SourceFile> {
  const dated = isDated(given.path);
  const store = given.s3 ? await s3Store(given.s3) : disk;
  const before = dated ? given.days_before : 0;
  const after = dated ? given.days_after : 0;
  const seen = new Set<string>();
  for (let offset = -before; offset <= after; offset += 1) {
    const pattern = patternOf(given.path, addDays(day, offset));
    let count = 0;
    for await (const file of store(pattern)) {
      count += 1;
      if (!seen.has(file.name)) yield file;
      seen.add(file.name);
    }
    if (offset === 0 && count === 0) throw new SourceFailure(`there is no file ${pattern} yet`);
  }
}

const patternOf = (template: string, day: Day): string =>
  template
    .replaceAll('{day}', day)
    .replaceAll('{yyyy}', day.slice(0, 4))
    .replaceAll('{mm}', day.slice(5, 7))
    .replaceAll('{dd}', day.slice(8))
    .replaceAll('{unix_ms}', String(Date.parse(day))); // Segment's folders

type Store = (pattern: string) => AsyncIterable<SourceFile>;

const disk: Store = async function* (pattern) {
  const names: string[] = [];
  try {
    for await (const name of glob(pattern)) names.push(name);
    for (const name of names.sort()) yield await diskFile(name);
  } catch (error) {
    throw new SourceFailure(
      `the files ${pattern} cannot be read: ${(error as NodeJS.ErrnoException).code ?? (error as Error).message}`,
    );
  }
};

async function diskFile(name: string): Promise<SourceFile> {
  const handle = await open(name);
  const { size } = await handle.stat().finally(() => handle.close());
  return {
    ...{ name, size },
    pieces: () => unzipped(name, createReadStream(name)),
    async range(from, to) {
      const file = await open(name);
      try {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(to - from), 0, to - from, from);
        return exactly(buffer.subarray(0, bytesRead));
      } finally {
        await file.close();
      }
    },
  };
}

const exactly = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;

/** The bytes of a stream, unzipped where the name ends in `.gz`. The stream is destroyed in the end, also when whoever reads gives up midway. */
export async function* unzipped(name: string, stream: Readable): AsyncGenerator<Uint8Array> {
  try {
    if (!name.endsWith('.gz')) {
      yield* stream as AsyncIterable<Uint8Array>;
      return;
    }
    const gunzip = createGunzip();
    stream.on('error', (error) => gunzip.destroy(error));
    yield* stream.pipe(gunzip) as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw new SourceFailure(`${path.basename(name)} cannot be read: ${(error as Error).message}`);
  } finally {
    stream.destroy(); // the end of what unzips it does not reach back to it
  }
}

async function s3Store(given: NonNullable<FilePlace['s3']>): Promise<Store> {
  const { GetObjectCommand, ListObjectsV2Command, S3Client } = await import('@aws-sdk/client-s3');
  const { bucket: Bucket, region, endpoint, access_key_id: id, secret_access_key: key } = given;
  const client: S3Client = new S3Client({
    ...{ region, endpoint, forcePathStyle: endpoint !== undefined, maxAttempts: 4 },
    requestHandler: { requestTimeout: 60_000, connectionTimeout: 10_000 },
    ...(id !== undefined && key !== undefined ? { credentials: { accessKeyId: id, secretAccessKey: key } } : {}),
  });
  const get = async (Key: string, Range?: string) => {
    const { Body } = await asked(Key, client.send(new GetObjectCommand({ Bucket, Key, Range })));
    if (!Body) throw new SourceFailure(`${Key} is not there any more`);
    return Body;
  };
  return async function* (pattern) {
    const matches = matcherOf(pattern);
    const Prefix = pattern.split('*', 1)[0];
    for (let ContinuationToken: string | undefined, more = true; more;) {
      const page = await asked(pattern, client.send(new ListObjectsV2Command({ Bucket, Prefix, ContinuationToken })));
      for (const { Key = '', Size = 0 } of page.Contents ?? []) {
        if (!matches(Key)) continue;
        yield {
          ...{ name: Key, size: Size },
          pieces: async function* () {
            yield* unzipped(Key, (await get(Key)) as Readable);
          },
          range: async (from, to) => exactly(await (await get(Key, `bytes=${from}-${to - 1}`)).transformToByteArray()),
        };
      }
      ContinuationToken = page.NextContinuationToken;
      more = page.IsTruncated === true;
    }
  };
}

async function asked<T>(what: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw new SourceFailure(
      `the storage did not give ${what}: ${(error as Error).name} ${(error as Error).message}`.trim(),
    );
  }
}

function matcherOf(pattern: string): (name: string) => boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  const whole = new RegExp(`^${parts.join('[^/]*')}$`);
  return (name) => whole.test(name);
}
