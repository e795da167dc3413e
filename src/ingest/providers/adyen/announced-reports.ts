import { Problem } from '../../../kernel/errors.js';
import type { ProviderApi } from '../../event-list.js';
import { batchName } from './interpret/settlement-line.js';
import type { AnnouncedReport, FetchReport, ReportSource } from '../../provider-report.js';

// Accounts may have the date or a word of their own added to the names of their files.
const SETTLEMENT = /^settlement_detail_report_batch_(\d{1,9})(?:[_-][\w-]{1,60})?\.csv$/;
const ACCOUNT = /^[\w-]{1,80}$/;
const TIMEOUT_MS = 120_000;

/**
 * REPORT_AVAILABLE names the file in `pspReference`, which is signed, as the account is. The address beside it (`reason`) is not, and is not
 * followed: where a report is follows from the two, at the host that the operator named.
 */
export const announcedReports: ReportSource = {
  provider: 'adyen',

  announced({ type, origin, account, attributes, occurredAt }): AnnouncedReport | undefined {
    if (type !== 'adyen.REPORT_AVAILABLE' || origin !== 'adyen') return undefined;
    if (attributes['livemode'] !== 'true' || attributes['success'] !== 'true') return undefined;
    const name = attributes['object_id'] ?? '';
    const batch = SETTLEMENT.exec(name)?.[1];
    if (batch === undefined || !ACCOUNT.test(account)) return undefined;
    return { account, name, kind: 'settlement_details', batch: batchName(account, batch), at: occurredAt };
  },

  open: (settings) => (report, bytesMax) => fetched(settings, report, bytesMax),
};

async function fetched(
  { apiKey, apiBase }: ProviderApi,
  { account, name }: Parameters<FetchReport>[0],
  bytesMax: number,
): Promise<Buffer> {
  const url = `${apiBase}/reports/download/MerchantAccount/${account}/${name}`;
  const authorization = `Basic ${Buffer.from(apiKey).toString('base64')}`;
  let response: Response;
  try {
    // Whoever it would send us to is not who the password is for.
    response = await fetch(url, {
      headers: { authorization },
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch {
    throw new Problem('unavailable', 'Adyen did not answer, or sent elsewhere.');
  }
  if (response.status !== 200) {
    await response.body?.cancel();
    const may = [401, 403].includes(response.status) ? ': the user of ADYEN_REPORT_USER may not read it' : '';
    throw new Problem('unavailable', `Adyen answered ${response.status}${may}.`);
  }
  return bytesOf(response, bytesMax);
}

async function bytesOf(response: Response, bytesMax: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      bytes += piece.length;
      if (bytes > bytesMax) throw new Problem('too_large', `It has more than ${bytesMax} bytes.`);
      pieces.push(piece);
    }
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem('unavailable', 'The answer of Adyen broke off.');
  }
  return Buffer.concat(pieces);
}
