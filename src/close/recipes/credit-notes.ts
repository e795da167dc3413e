import type { EffectRecord } from '../../catalog/merge-facts.js';
import type { Day } from '../../kernel/day.js';
import { effectsOf } from '../../projections/rows.js';
import { credit, debit, type EntryLine, journalEntry, type JournalEntry } from '../journal/journal-entry.js';

/** Takes a part of an invoice back. Amounts in minor units of its currency. */
export interface CreditNote {
  /** `credit_note:cn_1`. */
  effect: string;
  at: number;
  voidedAt: number | undefined;
  currency: string;
  /** Without tax. */
  net: bigint;
  /** Ids of the refunds that pay it back. */
  refunds: readonly string[];
  entries(invoice: { ref: string }, dayOf: (at: number) => Day): JournalEntry[];
}

export const creditNotesOf = (effects: Readonly<Record<string, EffectRecord>>): CreditNote[] =>
  effectsOf(effects, 'CreditNoteChanged').flatMap(([effect, record]) => creditNoteOf(effect, record));

function creditNoteOf(effect: string, { fields }: EffectRecord): CreditNote[] {
  const { at, amount, currency, voided_at: voided, refunds } = fields;
  if (typeof at !== 'number' || typeof amount !== 'string' || typeof currency !== 'string') return [];
  const of = (name: string): bigint => (typeof fields[name] === 'string' ? BigInt(fields[name]) : 0n);
  const named = typeof refunds === 'string' ? refunds.split(' ').filter(Boolean) : [];
  const [total, tax, before, credited] = [of('amount'), of('tax'), of('amount_before_payment'), of('amount_credited')];
  const elsewhere = of('amount_elsewhere');
  const rest = total - before - credited - elsewhere;
  const lines: EntryLine[] = [
    debit('credit_notes', total - tax, currency),
    debit('tax_payable', tax, currency),
    credit('receivable', before, currency),
    credit('customer_balance', credited, currency),
    credit('paid_elsewhere', elsewhere, currency),
    // Neither owed less, nor credited, nor paid outside: it is refunded, and then it names the refund.
    credit(named.length > 0 ? 'refunds_due' : 'suspense', rest, currency),
  ];
  const voidedAt = typeof voided === 'number' ? voided : undefined;
  return [
    {
      effect,
      at,
      voidedAt,
      currency,
      net: total - tax,
      refunds: named,
      entries: ({ ref }, dayOf) => {
        const about = { object: ref, kind: 'credit_note' as const };
        const made = journalEntry({ ...about, entry: effect, at, day: dayOf(at), memo: `credits ${ref}`, lines });
        const undone =
          voidedAt === undefined
            ? undefined
            : journalEntry({
                ...about,
                entry: `${effect}:void`,
                at: voidedAt,
                day: dayOf(voidedAt),
                memo: 'voided',
                lines: lines.map((line) => ({ ...line, amount: -line.amount })),
              });
        return [made, undone].filter((entry) => entry !== undefined);
      },
    },
  ];
}
