/** What somebody reads who opens a pack and knows nothing of us. */
export const README = `This is the pack of one accounting period, made by Truth Ledger.

  parameters.json    what the numbers depend on: days, time zone, ledger position, versions, digest
  numbers.json       every number of the period, as reported and as known, and its adjustments
  statements.json    trial balance, roll-forward of each provider's balance, the bridge from revenue_gross to the journal
  tie-out.json       how the ledger stands against the payment providers' own figures, which reports those are; waivers
  journal.jsonl      the journal, one line a row; amounts are integers of the currency's minor unit
  totals.json        debits and credits by account and currency
  entries/           the ledger entries that were received or decided, in the order of their positions
  earlier.jsonl      entries before these that lines of the journal stand on, each with its proof
  proof.json         the hashes that lead from the entries to the root
  checkpoint.json    the signed root of the ledger; checkpoint.note is the same as a signed note
  manifest.json      every file with its SHA-256, and the public key; manifest.sig is its signature

To verify it, with Node.js 18 or later, without network and without any secret:

  node verify-pack.mjs PACK.zip --key FINGERPRINT --witness checkpoints.log

FINGERPRINT is that of the signing key. Ask for it by another way than the one this pack came by. checkpoints.log
is the file of the ledger's witness, where there is one. Better than the verifier in this pack is one that you got
from the source of Truth Ledger yourself: it is the same file, scripts/verify-pack.mjs.

It says three things. Integrity: nothing in the pack was changed after it was signed, each entry is the one that was
sealed, the journal balances and is what the close stored. Completeness: no entry of the range is missing, and every
entry that the journal stands on is here. Container: the zip is the one that was made and signed.

Personal fields of entries are sealed (they begin with ~sealed:1:) by a key that is not here. The hash of an entry
covers the sealed text, so that it can be proven without opening anything. A row with "withheld": true has only its hash.
`;
