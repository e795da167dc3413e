import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { Problem } from '../../kernel/errors.js';
import { decodeStrictUtf8, parseStrict } from '../../kernel/json-scan.js';
import { contentTypeOf, headerOf } from '../content-type.js';
import type { RawRequest } from '../ingest.js';

const inflate = promisify(gunzip);
const RATIO_MAX = 200; // real batches of events reach about 60
const SMALL = 64 * 1024; // bytes; below it the ratio does not matter

/** The parsed body of an SDK's request: plain or gzipped JSON under any content type, or base64 in a form. Throws Problem `unreadable_body` or `too_large`. */
export async function decodeBody(request: RawRequest, inflatedBytesMax: number): Promise<unknown> {
  const compression = /[?&]compression=([\w-]+)/.exec(request.url)?.[1];
  let bytes = await unzipped(request.body, isGzip(request, compression), inflatedBytesMax);
  const form = contentTypeOf(request.headers) === 'application/x-www-form-urlencoded' || looksLikeForm(bytes);
  if (form) bytes = await fromForm(bytes, inflatedBytesMax);
  else if (compression === 'base64') bytes = Buffer.from(bytes.toString('latin1'), 'base64');
  return parseStrict(decodeStrictUtf8(bytes));
}

const hasGzipMagic = (bytes: Buffer): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

// A proxy may have taken the header's compression off already, so the bytes decide where both could be.
function isGzip(request: RawRequest, compression: string | undefined): boolean {
  const encoding = headerOf(request.headers, 'content-encoding')?.trim().toLowerCase() ?? 'identity';
  if (!['identity', 'gzip', 'x-gzip', ''].includes(encoding)) {
    throw new Problem('unreadable_body', 'The content encoding must be gzip or none.');
  }
  return (
    hasGzipMagic(request.body) || (encoding.endsWith('gzip') && request.body[0] !== 0x7b) || compression === 'gzip-js'
  );
}

async function unzipped(bytes: Buffer, gzip: boolean, bytesMax: number): Promise<Buffer> {
  if (!gzip) return bytes;
  const maxOutputLength = Math.min(bytesMax, Math.max(SMALL, bytes.length * RATIO_MAX));
  try {
    return await inflate(bytes, { maxOutputLength });
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new Problem('too_large', 'The body is too large once it is decompressed.');
    }
    throw new Problem('unreadable_body', 'The gzip data could not be read.');
  }
}

const looksLikeForm = (bytes: Buffer): boolean => bytes.subarray(0, 5).toString('latin1') === 'data=';

async function fromForm(bytes: Buffer, bytesMax: number): Promise<Buffer> {
  const data = new URLSearchParams(bytes.toString('utf8')).get('data');
  if (data === null) throw new Problem('unreadable_body', 'The form has no field `data`.');
  if (/^\s*[[{]/.test(data)) return Buffer.from(data, 'utf8');
  const decoded = Buffer.from(data.replaceAll(' ', '+'), 'base64'); // an unescaped + is a space in a form
  return unzipped(decoded, hasGzipMagic(decoded), bytesMax);
}
