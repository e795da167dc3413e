// Made from the OpenAPI document by scripts/generate-web-types.mjs; not edited by hand.
export interface paths {
    "/webhooks/{provider}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A signed webhook of a payment provider. 202 means recorded and durable, 200 known already. Adyen is told `[accepted]` with 200 for both. */
        post: operations["receiveWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/track": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Client-side events in Segment's protocol, as its SDKs send them. What cannot be read is counted in `rejected`, the rest is kept. */
        post: operations["collectV1Track"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/identify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Client-side events in Segment's protocol, as its SDKs send them. What cannot be read is counted in `rejected`, the rest is kept. */
        post: operations["collectV1Identify"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/page": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Client-side events in Segment's protocol, as its SDKs send them. What cannot be read is counted in `rejected`, the rest is kept. */
        post: operations["collectV1Page"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/screen": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Client-side events in Segment's protocol, as its SDKs send them. What cannot be read is counted in `rejected`, the rest is kept. */
        post: operations["collectV1Screen"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/group": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Client-side events in Segment's protocol, as its SDKs send them. What cannot be read is counted in `rejected`, the rest is kept. */
        post: operations["collectV1Group"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/alias": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Client-side events in Segment's protocol, as its SDKs send them. What cannot be read is counted in `rejected`, the rest is kept. */
        post: operations["collectV1Alias"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Client-side events in Segment's protocol, as its SDKs send them. What cannot be read is counted in `rejected`, the rest is kept. */
        post: operations["collectV1Batch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/t": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Client-side events in Segment's protocol, as its SDKs send them. What cannot be read is counted in `rejected`, the rest is kept. */
        post: operations["collectV1T"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/i": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Client-side events in Segment's protocol, as its SDKs send them. What cannot be read is counted in `rejected`, the rest is kept. */
        post: operations["collectV1I"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/p": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Client-side events in Segment's protocol, as its SDKs send them. What cannot be read is counted in `rejected`, the rest is kept. */
        post: operations["collectV1P"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/s": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Client-side events in Segment's protocol, as its SDKs send them. What cannot be read is counted in `rejected`, the rest is kept. */
        post: operations["collectV1S"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/g": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Client-side events in Segment's protocol, as its SDKs send them. What cannot be read is counted in `rejected`, the rest is kept. */
        post: operations["collectV1G"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/a": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Client-side events in Segment's protocol, as its SDKs send them. What cannot be read is counted in `rejected`, the rest is kept. */
        post: operations["collectV1A"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/b": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Client-side events in Segment's protocol, as its SDKs send them. What cannot be read is counted in `rejected`, the rest is kept. */
        post: operations["collectV1B"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/batch/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Client-side events in PostHog's protocol, as its SDKs send them. What cannot be read is counted in `rejected`, the rest is kept. */
        post: operations["collectBatch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/e/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Client-side events in PostHog's protocol, as its SDKs send them. What cannot be read is counted in `rejected`, the rest is kept. */
        post: operations["collectE"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/capture/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Client-side events in PostHog's protocol, as its SDKs send them. What cannot be read is counted in `rejected`, the rest is kept. */
        post: operations["collectCapture"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/i/v0/e/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Client-side events in PostHog's protocol, as its SDKs send them. What cannot be read is counted in `rejected`, the rest is kept. */
        post: operations["collectIV0E"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The process runs. */
        get: operations["OperatingController_live"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether traffic can be taken, part by part. 503 without ledger or read model, or while stopping. */
        get: operations["OperatingController_ready"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Figures of this process in the format of Prometheus. Those that tell of the business, gaps and drifts, only for a key with the scope read. */
        get: operations["OperatingController_metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/problems/{code}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a problem `code` means and what to do. */
        get: operations["OperatingController_problem"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Domain events of your own services. A 2xx means durable; the same event again is a duplicate for ever. A batch is answered with a result for each event, in their order: 202 when all are new, else 200. */
        post: operations["EventsController_receive"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The measurement contract: every metric, its unit and its meaning. */
        get: operations["MetricsController_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/metrics/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A metric by day, week or month: summed over the period, or of kind `stock` as it is at its end. */
        get: operations["MetricsController_metric"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/metrics/{name}/contributions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The ledger entries under a number, each with its part. Under a `stock` on a day lies everything until then; with from and to, its changes. With a currency or a group, only the rows of that. */
        get: operations["MetricsController_contributions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/metrics/{name}/explain-diff": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What moved a number between two moments, down to the ledger entries; a closed period is what it reported, a position or a time what was known. */
        get: operations["MetricsController_explainDiff"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/attribution": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** First-touch attribution; what is not known is the row `unknown`. */
        get: operations["MetricsController_attribution"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/funnel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Checkouts started and completed, as they were and as they were tracked. */
        get: operations["MetricsController_funnel"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/attribution/confusion": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where clients say that something came from, against the first touch that the server recorded. */
        get: operations["AttributionController_confusion"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/funnel/signups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Sign-ups and whether their first payment followed within a window, as it was and as it was tracked. */
        get: operations["AttributionController_cohort"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/funnel/bridge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** From the sign-ups of a range to its new subscriptions, in rows that sum. */
        get: operations["AttributionController_bridge"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reconciliations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Actual, tracked and gap by day, source and metric. */
        get: operations["ReconciliationsController_list"];
        put?: never;
        /** Reconcile a range now. Its rows appear in the list. */
        post: operations["ReconciliationsController_run"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reconciliations/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What every source says of some days beside the truth, in rows that lead from one to the other and sum. */
        get: operations["ReconciliationsController_summary"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reconciliations/{day}/{source}/{metric}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One row with its parts, their causes and their ids. */
        get: operations["ReconciliationsController_detail"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sources": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What truth is compared with, and how fetching from it went. */
        get: operations["SourcesController_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sources/{name}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every event name of a source with what it is taken for: what is mapped to nothing counts nowhere, and comes first. */
        get: operations["SourcesController_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sources/{name}/page-requests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the access log of a server says by day: visitors, and how many of them sent no event. */
        get: operations["SourcesController_pageRequests"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/customers/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A customer by any of its identifiers, such as user:u1 or stripe:cus_1. */
        get: operations["CustomersController_customer"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/customers/find": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The id of the customer whom something names: any identifier, or an e-mail address, which is hashed and kept nowhere. */
        post: operations["CustomersController_find"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/identity/decisions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Decide that two identifiers are one person, or are not. A later decision on the pair takes it back; the reason goes into the ledger as it is. */
        post: operations["IdentityController_decide"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/erasures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Erasures and what they reached, newest first. */
        get: operations["ErasuresController_list"];
        put?: never;
        /** Erase a person for good: the keys of their personal data are deleted, now and of whatever comes later. Amounts, ids and times stay, no number moves. 202 while it is still being carried out. */
        post: operations["ErasuresController_erase"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/erasures/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One erasure and what it reached. */
        get: operations["ErasuresController_erasure"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledger/entries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Entries in the order of the ledger. */
        get: operations["LedgerController_entries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledger/entries/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One entry as it is stored, personal fields sealed. */
        get: operations["LedgerController_entry"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledger/entries/{id}/proof": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The proof that an entry is under the last seal. */
        get: operations["LedgerController_proof"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledger/unknown-types": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Types of entries that no interpreter reads: they are kept, and in no number. */
        get: operations["LedgerController_unknownTypes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledger/proofs/consistency": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The proof that the ledger at one size continues the ledger at a smaller one (RFC 9162). */
        get: operations["ProofsController_consistency"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledger/checkpoints": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Signed roots of the ledger, by size. */
        get: operations["ProofsController_checkpoints"];
        put?: never;
        /** Seal everything now and write the signed root into the ledger, as every night: an entry `LedgerSealed`, unless nothing came since the last one. */
        post: operations["ProofsController_seal"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledger/key": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The public key that signatures of seals and packs are checked with. */
        get: operations["ProofsController_key"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledger/verifications": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Verifications of this month and the one before, the newest first: whether the ledger is as it was written and the numbers are what it says. */
        get: operations["VerificationController_list"];
        put?: never;
        /** Derive every hash and every number again now, as every night. Its progress is in /v1/jobs, what came of it here. */
        post: operations["VerificationController_start"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/dead-letters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What could not be understood or was in conflict, newest first. */
        get: operations["DeadLettersController_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/dead-letters/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One of them, with what was received: personal values are sealed. Without a body where the ledger entry has it, or where nothing was kept. */
        get: operations["DeadLettersController_read"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/dead-letters/{id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send it through its door again; a job that failed goes into the queue again. 409 for an entry that only a rebuild can take in. */
        post: operations["DeadLettersController_replay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/dead-letters/{id}/dismiss": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Decide that nothing has to follow from it. The reason goes into the ledger as it is: no personal data. */
        post: operations["DeadLettersController_dismiss"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/catalog": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What may be said: domain events as JSON Schema, fact types, currencies; and the time zone that days are in. For every key. */
        get: operations["CatalogController_catalog"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/completeness": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Hour by hour: what a provider lists, what arrived, what was fetched, what is missing; and who is silent. */
        get: operations["CompletenessController_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/backfills": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Compare a range with what the provider lists, and fetch what is missing. Its hours appear in /v1/completeness. */
        post: operations["CompletenessController_backfill"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/drift": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every watched percentage against its baseline, when its level changed, and what was released shortly before. */
        get: operations["DriftController_drift"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/markers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Releases and other markers, the newest first. */
        get: operations["DriftController_markers"];
        put?: never;
        /** Say that something was released or began. It is recorded in the ledger as it is: no personal data. */
        post: operations["DriftController_set"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reports/gap/{week}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The gap report of an ISO week, as it was published, else as it would be now: JSON, Markdown or HTML. */
        get: operations["DriftController_report"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/actors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whose key it is that entries and answers name as `actor` or `by`. Also of keys that were revoked: what they did stays. */
        get: operations["ActorsController_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/alerts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What is wrong, or was, newest first, with what was told where. */
        get: operations["AlertsController_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/alerts/{id}/acknowledge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say that somebody has seen it. Who, when and the note go into the ledger: no personal data. */
        post: operations["AlertsController_acknowledge"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Jobs that run, wait or failed, with their progress, those that run first. What is done is gone from here. */
        get: operations["JobsController_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take a job out of the queue, or tell the one that runs to stop at its next step. What was recorded stays. */
        post: operations["JobsController_cancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/periods": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every period and how it stands, the newest first. */
        get: operations["PeriodsController_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/periods/{period}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A period: its versions, what is in the way of closing it, its numbers as reported and as known, its adjustments. */
        get: operations["PeriodsController_detail"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/periods/{period}/soft-close": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Run the checks now, as every night. */
        post: operations["PeriodsController_softClose"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/periods/{period}/propose": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Fix the numbers that are to be closed: a ledger position, and a digest of all that the close will store. */
        post: operations["PeriodsController_propose"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/periods/{period}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say yes to the numbers of a digest; not for who proposed them. */
        post: operations["PeriodsController_approve"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/periods/{period}/close": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lock what was approved. */
        post: operations["PeriodsController_close"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/periods/{period}/reopen": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ask for a closed period to be reopened, with a reason; the same of a second person reopens it and all later ones. */
        post: operations["PeriodsController_reopen"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/periods/{period}/waive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Answer by name for the money of a provider that is tied out with nothing. It stays with the period. */
        post: operations["PeriodsController_waive"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/periods/{period}/journal": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The lines of the journal: as the close stored them, or as they are known while the period is open. Lines with `adjusts` correct a closed one. With `format` the whole journal as a file for another program. */
        get: operations["PeriodFilesController_journal"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/periods/{period}/pack": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What an auditor takes away: numbers, journal, ledger entries, proofs, and a verifier that needs no server. A zip. */
        get: operations["PeriodFilesController_pack"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/books/trial-balance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every account by currency: what it stood at, its debits and credits, and what it stands at. Sums to zero in each currency. */
        get: operations["BooksController_trialBalance"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/books/roll-forward": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Each provider's clearing account by currency: opening + activity = closing, which is the provider's own balance. */
        get: operations["BooksController_rollForward"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/books/lines": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The journal line by line, in the order of days and entries. All pages are of the position of the first. */
        get: operations["BooksController_lines"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/books/bridge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** From `revenue_gross` to the journal's revenue, step by step; `unexplained` is 0 unless something is wrong. */
        get: operations["BooksController_bridge"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/books/problems": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What keeps the days from being closed: suspense, movements without a line of the balance, missing rates and opening balances. */
        get: operations["BooksController_problems"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/books/accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The chart of accounts, with what recipes call each. */
        get: operations["BooksController_chart"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/opening-balances": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Decide what a provider held at the beginning of a day, before the first entry of this ledger. Another one takes its place. */
        post: operations["BooksController_setOpeningBalance"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/fx-rates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Record exchange rates of a source. A rate is never restated: another one for the same source, pair and day is 409. */
        post: operations["BooksController_recordRates"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who asks, and what they may do. */
        get: operations["SessionController_session"];
        put?: never;
        /** Sign in: an API key for a session cookie. */
        post: operations["SessionController_signIn"];
        /** Sign out. */
        delete: operations["SessionController_signOut"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/session/links": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A link that signs in once, within a day, as the key that asks. */
        post: operations["SessionController_link"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/periods/{id}/tie-out": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The last comparison of each provider's balance with the ledger over a period. */
        get: operations["TieOutsController_results"];
        put?: never;
        /** Compare each provider's balance with the ledger over a period, line by line, and record what came of it. */
        post: operations["TieOutsController_run"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/provider-reports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Reports of providers that are kept, the newest first. */
        get: operations["TieOutsController_reports"];
        put?: never;
        /** Keep a report that a provider made of its balance, byte for byte. 202 kept, 200 known already. */
        post: operations["TieOutsController_add"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Ready: {
            /** @enum {string} */
            status: "ready" | "rebuilding" | "degraded" | "unready";
            ledger: {
                ok: boolean;
                detail?: string;
            } & {
                [key: string]: unknown;
            };
            read_model: {
                ok: boolean;
                detail?: string;
            } & {
                [key: string]: unknown;
            };
            jobs?: {
                ok: boolean;
                detail?: string;
            } & {
                [key: string]: unknown;
            };
            lag?: {
                ok: boolean;
                detail?: string;
                events?: number;
                ms?: number;
            } & {
                [key: string]: unknown;
            };
            projector?: {
                ok: boolean;
                detail?: string;
            } & {
                [key: string]: unknown;
            };
            seal?: {
                ok: boolean;
                detail?: string;
                size?: number;
                lag?: number;
            } & {
                [key: string]: unknown;
            };
        } & {
            [key: string]: unknown;
        };
        Problem: {
            /** @description Where the code is explained, relative to this service. */
            type: string;
            title: string;
            status: number;
            /** @description Stable; see docs/reference/errors.md. */
            code: string;
            detail: string;
            /** @description Single reasons, where there are several. */
            errors?: string[];
            /** @description Of the request; it is in the logs. */
            correlation_id: string;
            /**
             * @description Of an event that `/v1/events` refused.
             * @enum {string}
             */
            outcome?: "conflict" | "rejected";
            /** @description Of a conflict: the entry that is known under this id. */
            entry_id?: string;
            /** @description Where the refused event is kept: `/v1/dead-letters`. */
            dead_letter_id?: string;
        };
        Outcomes: components["schemas"]["Outcome"] | {
            results: components["schemas"]["Outcome"][];
        };
        Outcome: {
            /** @enum {string} */
            outcome: "recorded" | "duplicate" | "conflict" | "rejected" | "enqueued";
            status: number;
            code?: string;
            errors?: string[];
            entry_id?: string;
            dead_letter_id?: string;
        };
        MetricList: {
            data: ({
                name: string;
                /** @enum {string} */
                unit: "count" | "money" | "ratio";
                kind: string;
                meaning: string;
                source_of_truth: string;
                dated: string;
                excludes: string;
                tracked_as: string[];
                time_zone: string;
                currency: string | null;
                /** @description What it is called in each source. */
                named: {
                    [key: string]: string[];
                };
                owner: string;
                allowed_lateness_hours: number;
                tolerance_pct: number | null;
                expected_reasons: string[];
            } & {
                [key: string]: unknown;
            })[];
            /** @description The version of the contract; a new one is an entry ContractChanged of the ledger. */
            contract: {
                digest: string;
                model_version: string;
            };
            /**
             * @description All are on one page.
             * @enum {string|null}
             */
            next_cursor: null;
        };
        Metric: {
            metric: string;
            unit: string;
            /** @enum {string} */
            interval: "day" | "week" | "month";
            time_zone: string;
            as_of: unknown;
            /** @enum {boolean} */
            incomplete?: true;
            /**
             * @description Still the numbers of an earlier version, while its read model is rebuilt.
             * @enum {boolean}
             */
            rebuilding?: true;
            /** @description By channel: the version of its rules. */
            channel_rules?: string;
            data: ({
                period: string;
                value: (number | null) | string;
                currency?: string;
                numerator?: unknown;
                denominator?: unknown;
                group?: {
                    [key: string]: string;
                };
                /** @enum {boolean} */
                incomplete?: true;
                /** @description Of closed days: what is known of them now. */
                known?: (number | null) | string;
                /** @description known − reported */
                adjustment?: (number | null) | string;
            } & {
                [key: string]: unknown;
            })[];
            /** @description The closes that closed days of the answer are of. */
            closes?: {
                period: string;
                version: number;
                up_to: number;
                digest: string;
                model_version: string;
            }[];
        };
        ContributionPage: {
            data: ({
                period: string;
                delta: number | string;
                /** @description Of a ratio: what the row counts in. */
                part_of?: ("numerator" | "denominator")[];
                currency?: string;
                fact: string;
                subject: string;
                /** Format: date-time */
                occurred_at: string;
                origin: string;
                entry_id: string;
                origin_event_id: string;
                /** @description There where the entry holds the whole of an event that came too large to be kept whole: the id of that event. */
                completes?: string;
                position: number;
            } & {
                [key: string]: unknown;
            })[];
            next_cursor: string | null;
        };
        ExplainDiff: {
            metric: string;
            unit: string;
            /**
             * @description Still the numbers of an earlier version, while its read model is rebuilt.
             * @enum {boolean}
             */
            rebuilding?: true;
            from_as_of: {
                position: number;
                period?: string;
                version?: number;
            } & {
                [key: string]: unknown;
            };
            to_as_of: {
                position: number;
                period?: string;
                version?: number;
            } & {
                [key: string]: unknown;
            };
            before: ({
                value?: (number | null) | string;
                currency?: string;
            } & {
                [key: string]: unknown;
            })[];
            after: ({
                value?: (number | null) | string;
                currency?: string;
            } & {
                [key: string]: unknown;
            })[];
            difference: ({
                value?: (number | null) | string;
                currency?: string;
            } & {
                [key: string]: unknown;
            })[];
            /** @description They sum to the difference. */
            causes: ({
                value?: (number | null) | string;
                currency?: string;
            } & {
                [key: string]: unknown;
            })[];
            /** @description They sum to the difference, over all pages. */
            data: ({
                cause: string;
            } & {
                [key: string]: unknown;
            })[];
            next_cursor: string | null;
        } & {
            [key: string]: unknown;
        };
        Attribution: {
            metric: string;
            unit: string;
            /**
             * @description Still the numbers of an earlier version, while its read model is rebuilt.
             * @enum {boolean}
             */
            rebuilding?: true;
            /** @description Version of the rules; the rules are in the catalog. */
            channel_rules: string;
            /**
             * @description The first touch is kept for ever.
             * @enum {string|null}
             */
            first_touch_lookback_days: null;
            data: ({
                source: string;
                medium: string;
                campaign: string;
                channel: string;
                /** @description A count, or minor units of `currency`. */
                value: number | string;
                currency?: string;
                share: number | null;
                /** @description Lowest and highest share: with none and with all of what is unknown. */
                bounds?: (number | null)[];
                /** @description Of the unknown: why; sums to its value. */
                reasons?: {
                    [key: string]: number | string;
                };
            } & {
                [key: string]: unknown;
            })[];
            sources: {
                source: string;
                /** @description A count, or minor units of `currency`. */
                value: number | string;
                currency?: string;
                share: number | null;
                /** @description Lowest and highest share: with none and with all of what is unknown. */
                bounds?: (number | null)[];
                /** @description Of the unknown: why; sums to its value. */
                reasons?: {
                    [key: string]: number | string;
                };
            }[];
            channels: {
                channel: string;
                /** @description A count, or minor units of `currency`. */
                value: number | string;
                currency?: string;
                share: number | null;
                /** @description Lowest and highest share: with none and with all of what is unknown. */
                bounds?: (number | null)[];
                /** @description Of the unknown: why; sums to its value. */
                reasons?: {
                    [key: string]: number | string;
                };
            }[];
            last_touch: {
                lookback_days: number;
                data: ({
                    source: string;
                    medium: string;
                    campaign: string;
                    channel: string;
                    /** @description A count, or minor units of `currency`. */
                    value: number | string;
                    currency?: string;
                    share: number | null;
                    /** @description Lowest and highest share: with none and with all of what is unknown. */
                    bounds?: (number | null)[];
                    /** @description Of the unknown: why; sums to its value. */
                    reasons?: {
                        [key: string]: number | string;
                    };
                } & {
                    [key: string]: unknown;
                })[];
                sources: {
                    source: string;
                    /** @description A count, or minor units of `currency`. */
                    value: number | string;
                    currency?: string;
                    share: number | null;
                    /** @description Lowest and highest share: with none and with all of what is unknown. */
                    bounds?: (number | null)[];
                    /** @description Of the unknown: why; sums to its value. */
                    reasons?: {
                        [key: string]: number | string;
                    };
                }[];
                channels: {
                    channel: string;
                    /** @description A count, or minor units of `currency`. */
                    value: number | string;
                    currency?: string;
                    share: number | null;
                    /** @description Lowest and highest share: with none and with all of what is unknown. */
                    bounds?: (number | null)[];
                    /** @description Of the unknown: why; sums to its value. */
                    reasons?: {
                        [key: string]: number | string;
                    };
                }[];
            } | null;
            /** @description Why there is no last touch. */
            last_touch_omitted?: string;
            /** @description What the orders say themselves. */
            order_says?: {
                data: ({
                    source: string;
                    medium: string;
                    campaign: string;
                    channel: string;
                    /** @description A count, or minor units of `currency`. */
                    value: number | string;
                    currency?: string;
                    share: number | null;
                    /** @description Lowest and highest share: with none and with all of what is unknown. */
                    bounds?: (number | null)[];
                    /** @description Of the unknown: why; sums to its value. */
                    reasons?: {
                        [key: string]: number | string;
                    };
                } & {
                    [key: string]: unknown;
                })[];
                sources: {
                    source: string;
                    /** @description A count, or minor units of `currency`. */
                    value: number | string;
                    currency?: string;
                    share: number | null;
                    /** @description Lowest and highest share: with none and with all of what is unknown. */
                    bounds?: (number | null)[];
                    /** @description Of the unknown: why; sums to its value. */
                    reasons?: {
                        [key: string]: number | string;
                    };
                }[];
                channels: {
                    channel: string;
                    /** @description A count, or minor units of `currency`. */
                    value: number | string;
                    currency?: string;
                    share: number | null;
                    /** @description Lowest and highest share: with none and with all of what is unknown. */
                    bounds?: (number | null)[];
                    /** @description Of the unknown: why; sums to its value. */
                    reasons?: {
                        [key: string]: number | string;
                    };
                }[];
            };
        } & {
            [key: string]: unknown;
        };
        Funnel: {
            /**
             * @description Still the numbers of an earlier version, while its read model is rebuilt.
             * @enum {boolean}
             */
            rebuilding?: true;
            /** @description Of the tracked side. */
            source: string;
            /** @description Days of which nothing was fetched from it: the tracked side has nothing of them. */
            not_fetched: string[];
            /** @description Days that are counted and may not be whole or exact, each with why: `partial: …`, `provisional: …`, `sampled: …`. */
            doubtful: {
                [key: string]: string[];
            };
            actual: {
                started: number;
                completed: number;
                rate: number | null;
            } & {
                [key: string]: unknown;
            };
            tracked: {
                started: number;
                completed: number;
                rate: number | null;
            } & {
                [key: string]: unknown;
            };
            /** @description The first day whose client-side events are still kept, where the range begins before it. */
            tracked_since?: string;
            by?: {
                dimension: string;
                /** @enum {boolean} */
                lossy: true;
                note: string;
                data: {
                    value: string;
                    actual: {
                        started: number;
                        completed: number;
                        rate: number | null;
                    } & {
                        [key: string]: unknown;
                    };
                    tracked: {
                        started: number;
                        completed: number;
                        rate: number | null;
                    } & {
                        [key: string]: unknown;
                    };
                }[];
            };
        } & {
            [key: string]: unknown;
        };
        Confusion: {
            metric: string;
            unit: string;
            /** @description Whose events claim something. */
            source: string;
            /** @description Whether the source ever had an event of this kind; without one it saw nothing. */
            mapped: boolean;
            /** @description Days of which the source tells nothing that may be compared, with why. They are in no sum. */
            left_out: {
                [key: string]: string;
            };
            as_of: number;
            time_zone: string;
            /**
             * @description Still the numbers of an earlier version, while its read model is rebuilt.
             * @enum {boolean}
             */
            rebuilding?: true;
            /** @description Version of the rules; the rules are in the catalog. */
            channel_rules: string;
            data: {
                /** @description Source of the first touch that the server recorded. */
                server: string;
                channel: string;
                /** @description What the client claims; or `direct`, `not_seen`, `not_trackable`. */
                client: string;
                /** @enum {string} */
                verdict: "agreed" | "neither_knows" | "server_only" | "client_only" | "different" | "not_seen" | "not_trackable";
                currency?: string;
                /** @description A count, or minor units of `currency`. */
                value: number | string;
            }[];
            /** @description Per currency, and by verdict; the verdicts sum to the value. */
            totals: ({
                currency?: string;
                /** @description A count, or minor units of `currency`. */
                value: number | string;
                /** @description Of paid channels: how much the client calls direct, and how much it never saw. */
                paid: {
                    /** @description A count, or minor units of `currency`. */
                    value: number | string;
                    /** @description A count, or minor units of `currency`. */
                    called_direct: number | string;
                    /** @description A count, or minor units of `currency`. */
                    not_seen: number | string;
                };
            } & {
                [key: string]: unknown;
            })[];
        } & {
            [key: string]: unknown;
        };
        Cohort: {
            /**
             * @description Still the numbers of an earlier version, while its read model is rebuilt.
             * @enum {boolean}
             */
            rebuilding?: true;
            /** @description Of the tracked side. */
            source: string;
            /** @description Days of which nothing was fetched from it: the tracked side has nothing of them. */
            not_fetched: string[];
            /** @description Days that are counted and may not be whole or exact, each with why: `partial: …`, `provisional: …`, `sampled: …`. */
            doubtful: {
                [key: string]: string[];
            };
            cohort: string;
            window_days: number;
            actual: {
                started: number;
                completed: number;
                rate: number | null;
                /** @description Sign-ups whose window has not passed. */
                open: number;
            } & {
                [key: string]: unknown;
            };
            tracked: {
                started: number;
                completed: number;
                rate: number | null;
            } & {
                [key: string]: unknown;
            };
            /** @description The first day whose client-side events are still kept, where the range begins before it. */
            tracked_since?: string;
            by?: {
                dimension: string;
                /** @enum {boolean} */
                lossy: true;
                note: string;
                data: {
                    value: string;
                    actual: {
                        started: number;
                        completed: number;
                        rate: number | null;
                        /** @description Sign-ups whose window has not passed. */
                        open: number;
                    } & {
                        [key: string]: unknown;
                    };
                    tracked: {
                        started: number;
                        completed: number;
                        rate: number | null;
                    } & {
                        [key: string]: unknown;
                    };
                }[];
            };
        } & {
            [key: string]: unknown;
        };
        SignupBridge: {
            /**
             * @description Still the numbers of an earlier version, while its read model is rebuilt.
             * @enum {boolean}
             */
            rebuilding?: true;
            signups: number;
            /** @description Signed; they sum. */
            rows: {
                step: string;
                count: number;
            }[];
            new_subscriptions: number;
        } & {
            [key: string]: unknown;
        };
        ReconciliationPage: {
            data: components["schemas"]["Reconciliation"][];
            next_cursor: string | null;
        };
        Reconciliation: {
            /** Format: date */
            day: string;
            source: string;
            metric: string;
            currency?: string;
            /** @description A count, or minor units of `currency`. */
            actual: (number | null) | string;
            /** @description A count, or minor units of `currency`. */
            tracked: (number | null) | string;
            /** @description A count, or minor units of `currency`. */
            gap: (number | null) | string;
            gap_pct: number | null;
            loss_pct: number | null;
            overcount_pct: number | null;
            tracked_unique: number | null;
            matched: number | null;
            missing: number | null;
            client_only: number | null;
            duplicates: number | null;
            wrong_value: number | null;
            wrong_currency: number | null;
            other_day: number | null;
            expected: number | null;
            tracked_other_day: number | null;
            /** @description A count, or minor units of `currency`. */
            not_trackable: (number | null) | string;
            causes: {
                [key: string]: number;
            };
            unexplained: number;
            causes_by_part: {
                [key: string]: {
                    [key: string]: number;
                };
            };
            /** @enum {string} */
            matched_by: "id" | "count";
            comparable: boolean;
            reasons: string[];
            provisional: boolean;
            status: string;
            value?: number | null;
            /** @description Ledger position of the recorded comparison. */
            position: number;
            /** Format: date-time */
            fetched_at: string;
            /** @description The close that the day is in: `2026-10@1`. */
            closed?: string;
            /** @description Of closed days: whether it was recorded by then. If so, the row is that of then. */
            reported?: boolean;
            known?: {
                actual: (number | null) | string;
                tracked: (number | null) | string;
                gap: (number | null) | string;
                gap_pct: number | null;
            };
            /** @description known gap − reported gap */
            adjustment?: (number | null) | string;
        } & {
            [key: string]: unknown;
        };
        ReconciliationSummary: {
            /** Format: date */
            from: string;
            /** Format: date */
            to: string;
            time_zone: string;
            data: {
                source: string;
                metric: string;
                currency?: string;
                /** @description Days that are summed: settled, and comparable. */
                days: number;
                /** @description A count, or minor units of `currency`. */
                actual: (number | null) | string;
                /** @description A count, or minor units of `currency`. */
                tracked: (number | null) | string;
                /** @description A count, or minor units of `currency`. */
                gap: (number | null) | string;
                gap_pct: number | null;
                loss_pct: number | null;
                overcount_pct: number | null;
                /** @description From `tracked` to `actual`, part by part; signed, and they sum. */
                bridge: {
                    step: string;
                    /** @description A count, or minor units of `currency`. */
                    amount: number | string;
                }[];
                causes: {
                    [key: string]: number;
                };
                unexplained: number;
                /** @description Days that are in no sum, with why. */
                left_out: {
                    [key: string]: string;
                };
            }[];
            /** @enum {string|null} */
            next_cursor: null;
        };
        ReconciliationDetail: {
            /** Format: date */
            day: string;
            source: string;
            metric: string;
            currency?: string;
            /** @description A count, or minor units of `currency`. */
            actual: (number | null) | string;
            /** @description A count, or minor units of `currency`. */
            tracked: (number | null) | string;
            /** @description A count, or minor units of `currency`. */
            gap: (number | null) | string;
            gap_pct: number | null;
            loss_pct: number | null;
            overcount_pct: number | null;
            tracked_unique: number | null;
            matched: number | null;
            missing: number | null;
            client_only: number | null;
            duplicates: number | null;
            wrong_value: number | null;
            wrong_currency: number | null;
            other_day: number | null;
            expected: number | null;
            tracked_other_day: number | null;
            /** @description A count, or minor units of `currency`. */
            not_trackable: (number | null) | string;
            causes: {
                [key: string]: number;
            };
            unexplained: number;
            causes_by_part: {
                [key: string]: {
                    [key: string]: number;
                };
            };
            /** @enum {string} */
            matched_by: "id" | "count";
            comparable: boolean;
            reasons: string[];
            provisional: boolean;
            status: string;
            value?: number | null;
            /** @description Ledger position of the recorded comparison. */
            position: number;
            /** Format: date-time */
            fetched_at: string;
            /** @description The close that the day is in: `2026-10@1`. */
            closed?: string;
            /** @description Of closed days: whether it was recorded by then. If so, the row is that of then. */
            reported?: boolean;
            known?: {
                actual: (number | null) | string;
                tracked: (number | null) | string;
                gap: (number | null) | string;
                gap_pct: number | null;
            };
            /** @description known gap − reported gap */
            adjustment?: (number | null) | string;
            /** @description What the missing ids have in common; null where none is missing. */
            concentration?: {
                /** @enum {string} */
                verdict: "concentrated" | "uniform" | "too_few";
                findings: {
                    dimension: string;
                    value: string;
                    lost: number;
                    of: number;
                    lost_pct: number;
                    elsewhere_pct: number;
                    ratio: number | null;
                    /** @description 99 % interval of the difference, in points. */
                    difference: number[];
                    excess: number;
                    /** @description Fisher’s exact test, corrected for everything that was looked at. */
                    p: number;
                }[];
                /** @description Of how many of the lost, in percent. */
                known: {
                    [key: string]: number;
                };
            } | null;
            ids: {
                [key: string]: {
                    id: string;
                    cause: string | null;
                    /** @enum {string|null} */
                    confidence: "certain" | "likely" | "possible" | null;
                    evidence: {
                        [key: string]: unknown;
                    };
                }[];
            };
            next_cursor: string | null;
        } & {
            [key: string]: unknown;
        };
        ReconciliationRequest: {
            /**
             * Format: date
             * @description First day, in the reporting time zone.
             * @example 2026-10-03
             */
            from: string;
            /**
             * Format: date
             * @description Last day, included.
             * @example 2026-10-03
             */
            to: string;
            source?: string;
            metrics?: string[];
        };
        Run: {
            run_id: string;
        };
        SourceList: {
            data: ({
                name: string;
                type: string;
                meaning: string;
                /** @enum {string|null} */
                matched_by: "id" | "count" | null;
                settles_hours: number;
                /**
                 * Format: date
                 * @description The newest day that was compared with it.
                 */
                newest_compared: string | null;
                last_fetch: {
                    /** Format: date */
                    day: string;
                    /** Format: date-time */
                    fetched_at: string;
                    time_zone: string;
                    flags: string[];
                    notes: string[];
                } | null;
                failures: {
                    /** Format: date */
                    day: string;
                    error: string;
                    failures: number;
                    /** Format: date-time */
                    retry_at: string | null;
                }[];
            } & {
                [key: string]: unknown;
            })[];
            /** @enum {string|null} */
            next_cursor: null;
        };
        SourceEvents: {
            source: string;
            /** Format: date */
            from: string;
            /** Format: date */
            to: string;
            data: {
                event: string;
                /** @description What it is taken for; null for what is mapped to nothing. */
                kind: string | null;
                count: number;
            }[];
            /** @description By first touch, from a source that only counts: `firstUserSource` of GA4. */
            first_touch: {
                kind: string;
                source: string;
                count: number;
            }[];
        };
        PageRequestDays: {
            source: string;
            data: ({
                /** Format: date */
                day: string;
                source: string;
                requests: number;
                visitors: number;
                /** @description Visitors whose browser sent the collector nothing. */
                without_beacon: number;
                bots: number;
                no_user_agent: number;
            } & {
                [key: string]: unknown;
            })[];
        };
        Customer: {
            id: string;
            /**
             * Format: date-time
             * @description When they were erased; null while they were not.
             */
            erased_at: string | null;
            user_id: string | null;
            /** Format: date-time */
            signed_up_at: string | null;
            first_touch: {
                /** Format: date-time */
                at: string | null;
                source: string;
                medium: string;
                campaign: string;
                channel: string;
                unknown_reason?: string;
            } & {
                [key: string]: unknown;
            };
            first_payment: {
                ref: string;
                /** Format: date-time */
                at: string | null;
            } | null;
            identifiers: string[];
            /** @description Links that facts name and that make nobody one, and why. */
            non_links: {
                identifier: string;
                other: string | null;
                /** @enum {string} */
                reason: "crowded" | "shared_device" | "ambiguous" | "two_users" | "separated";
                links: number;
            }[];
            decisions: {
                identifier: string;
                other: string;
                /** @enum {string} */
                kind: "join" | "separate";
                reason: string;
                actor: string;
                /** Format: date-time */
                decided_at: string;
                entry_id: string;
                position: number;
            }[];
            touches: {
                node: string;
                /** Format: date-time */
                at: string;
                source: string | null;
                medium: string;
                campaign: string;
                channel: string;
                landing_page: string | null;
                entry_id: string;
            }[];
            purchases: ({
                ref: string;
                kind: string;
                purchase: string;
                /** Format: date-time */
                at: string | null;
                status: string | null;
                amount?: {
                    amount_minor: string;
                    currency: string;
                };
            } & {
                [key: string]: unknown;
            })[];
            /** @description What this customer and its purchases add to the metrics: the newest 1,000 rows, the oldest of them first. */
            numbers: {
                metric: string;
                subject: string;
                /** Format: date */
                day: string;
                /** @description Empty for counts. */
                currency: string;
                /** @description A count, or minor units of the currency. */
                delta: string;
                fact: string;
                /** @description The ledger entry that it follows from. */
                entry_id: string;
                /** Format: date-time */
                at: string;
            }[];
        } & {
            [key: string]: unknown;
        };
        CustomerFind: {
            of: string;
        };
        CustomerFound: {
            id: string;
        };
        IdentityDecisionRequest: {
            /**
             * @description `join`: one person. `separate`: two, whatever facts say.
             * @enum {string}
             */
            kind: "join" | "separate";
            /**
             * @description An identifier, such as user:u1 or stripe:cus_1.
             * @example user:u1
             */
            a: string;
            /**
             * @description The other one.
             * @example stripe:cus_1
             */
            b: string;
            reason: string;
        };
        IdentityDecision: {
            /** @enum {string} */
            kind: "join" | "separate";
            a: string;
            b: string;
            reason: string;
            /** @description Counts the decisions on this pair; the last one holds. */
            number: number;
            /** @description False when that was decided already. */
            recorded: boolean;
            entry_id: string;
            position: number;
        };
        ErasureRequest: {
            /**
             * @description Any identifier of a customer, as in GET /v1/customers/{id}. Exactly one of customer, user_id and email.
             * @example user:u1
             */
            customer?: string;
            /** @description Also of somebody who is no customer yet. Exactly one of customer, user_id and email. */
            user_id?: string;
            /** @description An address; it is hashed here, and neither stored nor logged. Exactly one of customer, user_id and email. */
            email?: string;
            /** @description A sentence. It goes into the ledger as it is. */
            reason: string;
        };
        ErasureAnswer: {
            /** @description Of the decision in the ledger, `PersonErased`. */
            id: string;
            /** @enum {string} */
            state: "running" | "done";
            /** @enum {string} */
            asked_by: "customer" | "user_id" | "email";
            reason: string;
            /** @description The name of the key of whoever asked for it. */
            by: string;
            actor: string;
            /** Format: date-time */
            decided_at: string;
            position: number;
            /** @description How many identifiers of the person it names, as keyed tags. */
            identifiers: number;
            /** @description What speaks of the person and had sealed fields, and how many of the keys were still there. Grows with entries that come later. */
            reached: {
                entries: number;
                dead_letters: number;
                tracked_events: number;
                reject_samples: number;
                keys_deleted: number;
            };
            /** @description Up to which position the ledger was gone through for this person. */
            searched_until: number;
            /** Format: date-time */
            finished_at: string | null;
            /**
             * Format: date-time
             * @description When `VACUUM` had freed the place of the deleted keys on the disk, some time after they were gone for every query; null before, and where there were none.
             */
            vacuumed_at: string | null;
            /** @description False when they were erased before, and nothing was added. */
            recorded: boolean;
        };
        ErasurePage: {
            data: components["schemas"]["Erasure"][];
            next_cursor: string | null;
        };
        Erasure: {
            /** @description Of the decision in the ledger, `PersonErased`. */
            id: string;
            /** @enum {string} */
            state: "running" | "done";
            /** @enum {string} */
            asked_by: "customer" | "user_id" | "email";
            reason: string;
            /** @description The name of the key of whoever asked for it. */
            by: string;
            actor: string;
            /** Format: date-time */
            decided_at: string;
            position: number;
            /** @description How many identifiers of the person it names, as keyed tags. */
            identifiers: number;
            /** @description What speaks of the person and had sealed fields, and how many of the keys were still there. Grows with entries that come later. */
            reached: {
                entries: number;
                dead_letters: number;
                tracked_events: number;
                reject_samples: number;
                keys_deleted: number;
            };
            /** @description Up to which position the ledger was gone through for this person. */
            searched_until: number;
            /** Format: date-time */
            finished_at: string | null;
            /**
             * Format: date-time
             * @description When `VACUUM` had freed the place of the deleted keys on the disk, some time after they were gone for every query; null before, and where there were none.
             */
            vacuumed_at: string | null;
        };
        EntryPage: {
            data: components["schemas"]["Entry"][];
            next_cursor: string | null;
        };
        Entry: {
            id: string;
            position: number;
            stream: string;
            revision: number;
            type: string;
            origin: string;
            origin_event_id: string;
            /** Format: date-time */
            occurred_at: string;
            /** Format: date-time */
            recorded_at: string;
            /**
             * @description Of one entry: whether what is personal in its body can still be opened with the vault key.
             * @enum {string}
             */
            personal_data?: "none" | "sealed" | "erased" | "key_missing";
            body: unknown;
        } & {
            [key: string]: unknown;
        };
        Proof: {
            [key: string]: unknown;
        };
        UnknownTypePage: {
            data: {
                type: string;
                entries: number;
                last_position: number;
            }[];
            next_cursor: string | null;
        };
        Consistency: {
            from: {
                size: number;
                /** @description Hexadecimal. */
                root: string;
            };
            to: {
                size: number;
                /** @description Hexadecimal. */
                root: string;
            };
            path: string[];
        };
        CheckpointPage: {
            data: {
                origin: string;
                size: number;
                root: string;
                /** Format: date-time */
                signed_at: string;
                /** @description Ed25519, base64. */
                signature: string;
                /** @description The same as a signed note, as the witness gets it. */
                note: string;
            }[];
            next_cursor: string | null;
        };
        SealStarted: {
            /** @description In /v1/jobs while it waits or runs. */
            job_id: string;
        };
        SealKey: {
            /** @enum {string} */
            algorithm: "ed25519";
            /** @description PEM. */
            public_key: string;
            /** @description SHA-256 of the raw key, hexadecimal. */
            fingerprint: string;
        };
        VerificationPage: {
            data: components["schemas"]["Verification"][];
            /** @enum {string|null} */
            next_cursor: null;
        };
        Verification: {
            ok: boolean;
            /** Format: date-time */
            started_at: string;
            /** Format: date-time */
            finished_at: string;
            ledger: {
                ok: boolean;
                entries: number;
                /** @description Up to this position the entries lead to a signed root. */
                sealed: number;
                checkpoints: number;
                /** @description Notes of the witness file that were compared; 0: there was none where it was verified. */
                witnessed: number;
                /** @description Entries that name a signed root, each held against the entries before it. */
                entered?: number;
                /** @description Hexadecimal. */
                root: string;
                /** @description The first of them. */
                findings: {
                    /** @enum {string} */
                    verdict: "edit" | "deletion" | "insertion" | "reordering" | "truncation" | "rewritten" | "seal" | "checkpoint";
                    position: number;
                    until?: number;
                    detail: string;
                }[];
                /** @description Of all findings. */
                count: number;
            };
            model: {
                ok: boolean;
                position: number;
                state_hash: string;
                rebuilt_state_hash: string;
                /** @description How many by kind. */
                differences: {
                    [key: string]: number;
                };
                /** @description The first about closed periods, where there are any. */
                findings?: {
                    kind: string;
                    detail: string;
                }[];
            };
            /** @description Of the entry that records it. */
            position: number;
            /** Format: date-time */
            recorded_at: string;
            actor: string;
        };
        VerificationStarted: {
            /** @description In /v1/jobs while it waits or runs. */
            job_id: string;
        };
        DeadLetterPage: {
            data: components["schemas"]["DeadLetter"][];
            next_cursor: string | null;
        };
        DeadLetter: {
            id: string;
            reason: string;
            door: string;
            origin: string;
            account: string;
            origin_event_id: string | null;
            type: string | null;
            errors: string[];
            entry_id: string | null;
            /** Format: date-time */
            received_at: string;
            /** Format: date-time */
            resolved_at: string | null;
            /** @description What settled it. */
            resolution: string | null;
            /** Format: date-time */
            dismissed_at: string | null;
            blocks: boolean;
        } & {
            [key: string]: unknown;
        };
        DeadLetterWhole: {
            id: string;
            reason: string;
            door: string;
            origin: string;
            account: string;
            origin_event_id: string | null;
            type: string | null;
            errors: string[];
            entry_id: string | null;
            /** Format: date-time */
            received_at: string;
            /** Format: date-time */
            resolved_at: string | null;
            /** @description What settled it. */
            resolution: string | null;
            /** Format: date-time */
            dismissed_at: string | null;
            blocks: boolean;
            /** @description What was received, its personal values sealed; null where none was kept. */
            body: unknown;
            content_type: string | null;
            /** @description The settings of a job that failed. */
            job: {
                [key: string]: string;
            } | null;
            /** @description How often the same thing came. */
            deliveries: number;
            /** Format: date-time */
            last_received_at: string;
            replays: number;
        } & {
            [key: string]: unknown;
        };
        Catalog: {
            /** @description The reporting time zone, which every day here is in. */
            time_zone: string;
            /** @description Decimals of each; of others 2. */
            currencies: {
                currency: string;
                exponent: number;
            }[];
            domain_events: {
                type: string;
                meaning: string;
                version: number;
                /** @description JSON Schema (2020-12) of `data`. */
                data_schema: {
                    [key: string]: unknown;
                };
                example: {
                    [key: string]: unknown;
                };
            }[];
        } & {
            [key: string]: unknown;
        };
        CompletenessPage: {
            from: string;
            to: string;
            data: ({
                provider: string;
                /** Format: date-time */
                hour: string;
                /** @enum {string} */
                status: "complete" | "healed" | "missing" | "unchecked" | "not_listed";
                listed?: number;
                expected?: number;
                delivered?: number;
                healed?: number;
                missing?: number;
                healed_ids?: string[];
                missing_ids?: string[];
                deliveries: number;
                /** Format: date-time */
                checked_at: string | null;
            } & {
                [key: string]: unknown;
            })[];
            next_cursor: string | null;
            providers: ({
                provider: string;
                /** Format: date-time */
                listed_since: string | null;
                unchecked_hours: number;
                missing: number;
                healed: number;
                /** @description Webhooks that were too large and are not completed. */
                shortened: number;
                /** @description Of these, those that are not asked for again by themselves; without those of a provider that has no list to ask, as Adyen, or Stripe without a key. */
                given_up: number;
                /** Format: date-time */
                last_delivery_at: string | null;
                silent: boolean;
                /** Format: date-time */
                failed_at?: string;
                error?: string;
            } & {
                [key: string]: unknown;
            })[];
        };
        BackfillRequest: {
            provider: string;
            /**
             * Format: date
             * @description First day, in the reporting time zone.
             * @example 2026-10-03
             */
            from: string;
            /**
             * Format: date
             * @description Last day, included.
             * @example 2026-10-03
             */
            to: string;
        };
        Backfill: {
            provider: string;
            hours: number;
        };
        DriftPage: {
            data: components["schemas"]["Drift"][];
            next_cursor: string | null;
        };
        Drift: {
            source: string;
            metric: string;
            currency?: string;
            /** @description gap_pct, loss_pct, overcount_pct, or value of a row that is a ratio. */
            figure: string;
            /** Format: date */
            day: string;
            value: number | null;
            /** @enum {string} */
            verdict: "steady" | "up" | "down" | "no_baseline" | "too_few";
            baseline: number | null;
            /** @enum {string|null} */
            basis: "weekday" | "all" | null;
            delta: number | null;
            threshold: number | null;
            /** @description 99 % interval of the day’s share (Wilson). */
            interval: number[] | null;
            /** @description The last change of level; `day` is the first of the new one. */
            shift: {
                /** Format: date */
                day: string;
                /** @enum {string} */
                direction: "up" | "down";
                before: number;
                after: number;
            } | null;
            /** @enum {string} */
            moved: "up" | "down" | "steady";
            alarming: boolean;
            /** @description Of what moved: which causes moved it, in points, against the four weeks before. */
            causes: {
                part: string;
                cause: string;
                before_pct: number;
                after_pct: number;
                points: number;
            }[];
            /** @description Of what moved: what the losses since then have in common. */
            concentrated_in: {
                /** Format: date */
                day: string;
                dimension: string;
                value: string;
                lost: number;
                of: number;
            } | null;
            markers: {
                id: string;
                /** Format: date-time */
                at: string;
                /** @description release, deploy, campaign, incident or note. */
                kind: string;
                title: string;
            }[];
        };
        MarkerPage: {
            data: components["schemas"]["Marker"][];
            next_cursor: string | null;
        };
        Marker: {
            id: string;
            /** Format: date-time */
            at: string;
            /** @description release, deploy, campaign, incident or note. */
            kind: string;
            title: string;
            reference?: string;
            actor?: string;
            /** @description Ledger position of its entry. */
            position?: number | null;
        };
        GapReport: {
            week: string;
            /** Format: date */
            from: string;
            /** Format: date */
            to: string;
            /** Format: date-time */
            published_at: string | null;
            rows: {
                [key: string]: unknown;
            }[];
            /** @description Sign-ups and revenue by channel of the first touch, in shares with bounds. */
            came_from?: ({
                metric: string;
                channel: string;
            } & {
                [key: string]: unknown;
            })[];
        } & {
            [key: string]: unknown;
        };
        MarkerRequest: {
            /** @description Makes repeats harmless: the same id and content again is the same marker. */
            id?: string;
            /**
             * Format: date-time
             * @description Now, unless given.
             */
            at?: string;
            /**
             * @default release
             * @enum {string}
             */
            kind: "release" | "deploy" | "campaign" | "incident" | "note";
            title: string;
            /** @description A version, a commit, an address. */
            reference?: string;
        };
        ActorList: {
            data: {
                actor: string;
                name: string;
                revoked: boolean;
            }[];
            /** @enum {string|null} */
            next_cursor: null;
        };
        AlertPage: {
            data: components["schemas"]["Alert"][];
            next_cursor: string | null;
        };
        Alert: {
            id: string;
            key: string;
            /** @enum {string} */
            state: "raised" | "acknowledged" | "recovered";
            /** @enum {string} */
            severity: "critical" | "warning";
            title: string;
            detail: {
                [key: string]: unknown;
            };
            /** Format: date-time */
            raised_at: string;
            /** Format: date-time */
            acknowledged_at: string | null;
            acknowledged_by: string | null;
            note: string | null;
            /** Format: date-time */
            recovered_at: string | null;
            deliveries: {
                transition: string;
                channel: string;
                attempts: number;
                /** Format: date-time */
                delivered_at: string | null;
                error: string | null;
            }[];
        };
        AcknowledgeAlert: {
            note?: string;
        };
        Acknowledged: {
            id: string;
            state: string;
            acknowledged_by: string | null;
            note: string | null;
        };
        JobPage: {
            data: components["schemas"]["Job"][];
            next_cursor: string | null;
            /** @description Whether there are more than `limit`; there are no pages. */
            truncated: boolean;
        };
        Job: {
            id: string;
            name: string;
            state: string;
            data: {
                [key: string]: string;
            };
            attempts: number;
            /** Format: date-time */
            enqueued_at: string;
            /**
             * Format: date-time
             * @description When a job that waits for its time runs.
             */
            due_at: string | null;
            progress: {
                done: number;
                total: number;
            } | null;
            error: string | null;
        };
        CancelledJob: {
            id: string;
            /** @enum {string} */
            outcome: "removed" | "stopping";
        };
        PeriodPage: {
            data: ({
                /** @example 2026-10 */
                id: string;
                /** Format: date */
                from: string;
                /** Format: date */
                to: string;
                /** @enum {string} */
                state: "open" | "soft_closed" | "proposed" | "approved" | "closed" | "reopened";
                /** @description How often it was closed. */
                version: number;
                up_to?: number;
                digest?: string;
            } & {
                [key: string]: unknown;
            })[];
            next_cursor: string | null;
        };
        Period: {
            /** @example 2026-10 */
            id: string;
            /** Format: date */
            from: string;
            /** Format: date */
            to: string;
            /** @enum {string} */
            state: "open" | "soft_closed" | "proposed" | "approved" | "closed" | "reopened";
            /** @description How often it was closed. */
            version: number;
            soft_close?: {
                position: number;
                blockers: {
                    kind: string;
                    detail: string;
                }[];
            } & {
                [key: string]: unknown;
            };
            proposal?: {
                version: number;
                /** @description The ledger position that the numbers are of. */
                up_to: number;
                /** @description Of all that the close stores; what is approved. */
                digest: string;
                model_version: string;
                by: string;
                force: string | null;
                blockers: {
                    kind: string;
                    detail: string;
                }[];
            } & {
                [key: string]: unknown;
            };
            approval?: {
                digest: string;
                by: string;
            } & {
                [key: string]: unknown;
            };
            closed?: {
                version: number;
                /** @description The ledger position that the numbers are of. */
                up_to: number;
                /** @description Of all that the close stores; what is approved. */
                digest: string;
                model_version: string;
                by: string;
                force: string | null;
                blockers: {
                    kind: string;
                    detail: string;
                }[];
                proposed_by: string;
                approved_by: string;
                /** @description The signed root over all that the close stored, and the position of the entry that has it. */
                seal?: {
                    size: number;
                    root: string;
                    position: number;
                };
            } & {
                [key: string]: unknown;
            };
            reopen_request?: {
                reason: string;
                by: string;
            } & {
                [key: string]: unknown;
            };
            waivers?: ({
                provider: string;
                reason: string;
                by: string;
            } & {
                [key: string]: unknown;
            })[];
            time_zone: string;
            versions: ({
                version: number;
                up_to: number;
                digest: string;
                model_version: string;
                /** @description Of the accounts and rules it was closed with, another where they were others; null where none were kept. */
                accounts_digest: string | null;
                closed_position: number;
                closed_at: string;
                reopened_position: number | null;
            } & {
                [key: string]: unknown;
            })[];
            blockers: ({
                kind: string;
                detail: string;
                link: string;
                forceable: boolean;
            } & {
                [key: string]: unknown;
            })[];
            numbers: ({
                metric: string;
                unit: string;
                value: (number | null) | string;
                known?: (number | null) | string;
            } & {
                [key: string]: unknown;
            })[];
            adjustments: ({
                /** @description The closed period that the days are in. */
                adjusts: string;
                metric: string;
                /** @enum {string} */
                cause: "late_fact" | "definition_changed" | "interpreter_changed" | "fx";
                value: (number | null) | string;
                currency?: string;
                days: string[];
                entries: number;
                entry_ids: string[];
            } & {
                [key: string]: unknown;
            })[];
            journal: string;
        } & {
            [key: string]: unknown;
        };
        PeriodSummary: {
            /** @example 2026-10 */
            id: string;
            /** Format: date */
            from: string;
            /** Format: date */
            to: string;
            /** @enum {string} */
            state: "open" | "soft_closed" | "proposed" | "approved" | "closed" | "reopened";
            /** @description How often it was closed. */
            version: number;
            soft_close?: {
                position: number;
                blockers: {
                    kind: string;
                    detail: string;
                }[];
            } & {
                [key: string]: unknown;
            };
            proposal?: {
                version: number;
                /** @description The ledger position that the numbers are of. */
                up_to: number;
                /** @description Of all that the close stores; what is approved. */
                digest: string;
                model_version: string;
                by: string;
                force: string | null;
                blockers: {
                    kind: string;
                    detail: string;
                }[];
            } & {
                [key: string]: unknown;
            };
            approval?: {
                digest: string;
                by: string;
            } & {
                [key: string]: unknown;
            };
            closed?: {
                version: number;
                /** @description The ledger position that the numbers are of. */
                up_to: number;
                /** @description Of all that the close stores; what is approved. */
                digest: string;
                model_version: string;
                by: string;
                force: string | null;
                blockers: {
                    kind: string;
                    detail: string;
                }[];
                proposed_by: string;
                approved_by: string;
                /** @description The signed root over all that the close stored, and the position of the entry that has it. */
                seal?: {
                    size: number;
                    root: string;
                    position: number;
                };
            } & {
                [key: string]: unknown;
            };
            reopen_request?: {
                reason: string;
                by: string;
            } & {
                [key: string]: unknown;
            };
            waivers?: ({
                provider: string;
                reason: string;
                by: string;
            } & {
                [key: string]: unknown;
            })[];
        } & {
            [key: string]: unknown;
        };
        /** @default {} */
        CloseRequest: {
            /** @description Why it is closed in spite of what is in the way; recorded. */
            force?: string;
        };
        ApproveRequest: {
            digest: string;
        };
        /** @default {} */
        Nothing: Record<string, never>;
        /** @default {} */
        ReopenRequest: {
            reason?: string;
        };
        WaiveRequest: {
            provider: string;
            reason: string;
        };
        JournalPage: {
            period: string;
            /** @enum {string} */
            state: "closed" | "open";
            up_to: number;
            digest?: string;
            data: ({
                entry: string;
                line: number;
                period: string;
                /** Format: date */
                day: string;
                account: string;
                /** @description A debit is positive, a credit negative. */
                amount_minor: string;
                currency: string;
                kind: string;
                adjusts?: string;
                memo: string;
            } & {
                [key: string]: unknown;
            })[];
            next_cursor: string | null;
        } & {
            [key: string]: unknown;
        };
        TrialBalance: {
            /** Format: date */
            from: string;
            /** Format: date */
            to: string;
            /** @description Ledger position that it is of. */
            as_of: number;
            data: {
                /** @description Code of the chart of accounts. */
                account: string;
                name: string;
                /** @enum {string} */
                type: "asset" | "liability" | "equity" | "income" | "expense";
                currency: string;
                exponent: number;
                /** @description Minor units; a debit is positive, a credit negative. */
                opening: string;
                debits: string;
                credits: string;
                /** @description Minor units; a debit is positive, a credit negative. */
                closing: string;
            }[];
            functional?: {
                currency: string;
                /** @description Lines for which no rate is recorded; they are left out. */
                missing: number;
                data: {
                    /** @description Code of the chart of accounts. */
                    account: string;
                    name: string;
                    /** @enum {string} */
                    type: "asset" | "liability" | "equity" | "income" | "expense";
                    /** @description Minor units; a debit is positive, a credit negative. */
                    opening: string;
                    /** @description Minor units; a debit is positive, a credit negative. */
                    moved: string;
                    /** @description Minor units; a debit is positive, a credit negative. */
                    closing: string;
                }[];
            };
        };
        RollForward: {
            /** Format: date */
            from: string;
            /** Format: date */
            to: string;
            /** @description Ledger position that it is of. */
            as_of: number;
            data: {
                /** @description Code of the chart of accounts. */
                account: string;
                name: string;
                /** @enum {string} */
                type: "asset" | "liability" | "equity" | "income" | "expense";
                currency: string;
                /** @description Minor units; a debit is positive, a credit negative. */
                opening: string;
                activity: {
                    kind: string;
                    /** @description Minor units; a debit is positive, a credit negative. */
                    gross: string;
                    fees: string;
                    /** @description Minor units; a debit is positive, a credit negative. */
                    net: string;
                    count: number;
                }[];
                /** @description Minor units; a debit is positive, a credit negative. */
                closing: string;
            }[];
        };
        BookLines: {
            /** Format: date */
            from: string;
            /** Format: date */
            to: string;
            /** @description Ledger position that it is of. */
            as_of: number;
            data: ({
                entry: string;
                line: number;
                period: string;
                /** Format: date */
                day: string;
                /** Format: date-time */
                at: string;
                account: string;
                /** @description Minor units; a debit is positive, a credit negative. */
                amount: string;
                currency: string;
                functional?: string;
                rate?: string;
                kind: string;
                object: string | null;
                entry_id: string | null;
                position: number | null;
                memo: string;
            } & {
                [key: string]: unknown;
            })[];
            next_cursor: string | null;
        };
        Bridge: {
            /** Format: date */
            from: string;
            /** Format: date */
            to: string;
            /** @description Ledger position that it is of. */
            as_of: number;
            data: {
                step: string;
                currency: string;
                amount: string;
                count: number;
            }[];
            revenue: {
                currency: string;
                bridged: string;
                journal: string;
                unexplained: string;
            }[];
        };
        BookProblems: {
            /** Format: date */
            from: string;
            /** Format: date */
            to: string;
            /** @description Ledger position that it is of. */
            as_of: number;
            data: ({
                kind: string;
                object: string;
                /** Format: date */
                day: string;
                amount?: string;
                currency?: string;
                detail: string;
            } & {
                [key: string]: unknown;
            })[];
        };
        ChartOfAccounts: {
            data: {
                /** @description Our account. After all of ours come the rules, in their order. */
                key: string;
                /** @description Code of the chart of accounts. */
                account: string;
                name: string;
                /** @enum {string} */
                type: "asset" | "liability" | "equity" | "income" | "expense";
                /** @description Of a rule: the lines of our account that it sends here. */
                when?: {
                    provider?: string;
                    currency?: string;
                    kind?: string;
                };
            }[];
        };
        OpeningBalance: {
            /** @enum {string} */
            provider: "stripe" | "square" | "adyen";
            /**
             * Format: date
             * @description The balance is that of the beginning of this day.
             */
            day: string;
            balance: {
                amount_minor: string;
                currency: string;
            };
        };
        OpeningBalanceSet: {
            position: number;
        };
        FxRates: {
            /** @description Who says so: `ECB`. */
            source: string;
            rates?: {
                day: string;
                base: string;
                quote: string;
                rate: string;
            }[];
            /** @description The same as text: a header line with day, base, quote and rate, then a line for each. */
            csv?: string;
        };
        FxRatesRecorded: {
            given: number;
            recorded: number;
        };
        SignIn: {
            key: string;
        };
        Session: {
            name: string;
            scopes: string[];
            /** @description As which what it does stands in the ledger. */
            actor: string;
            /** Format: date-time */
            expires_at?: string;
        };
        SignInLink: {
            /** @description At this service; good once. */
            path: string;
            /** Format: date-time */
            expires_at: string;
        };
        TieOutPage: {
            data: {
                period: string;
                provider: string;
                /** Format: date-time */
                from: string;
                /** Format: date-time */
                until: string;
                /** @enum {string} */
                status: "tied" | "pending" | "differs" | "none";
                reason: string | null;
                /** @description What the side of the provider is from. */
                statement: string | null;
                model_position: number;
                currencies: {
                    currency: string;
                    /** @enum {string} */
                    status: "tied" | "pending" | "differs" | "none";
                    ledger: {
                        lines: number;
                        /** @description Minor units. */
                        gross: string;
                        /** @description Minor units. */
                        fee: string;
                        /** @description Minor units. */
                        net: string;
                    };
                    provider: {
                        lines: number;
                        /** @description Minor units. */
                        gross: string;
                        /** @description Minor units. */
                        fee: string;
                        /** @description Minor units. */
                        net: string;
                    };
                    balance: {
                        currency: string;
                        /** @description Minor units. */
                        start: string;
                        /** @description Minor units. */
                        end: string;
                        /** @description Minor units. */
                        moved: string;
                        /** @description Minor units. */
                        clearing?: string;
                        holds: boolean;
                    } | null;
                }[];
                categories: {
                    currency: string;
                    category: string;
                    ledger: {
                        lines: number;
                        /** @description Minor units. */
                        gross: string;
                        /** @description Minor units. */
                        fee: string;
                        /** @description Minor units. */
                        net: string;
                    };
                    provider: {
                        lines: number;
                        /** @description Minor units. */
                        gross: string;
                        /** @description Minor units. */
                        fee: string;
                        /** @description Minor units. */
                        net: string;
                    };
                }[];
                differences: {
                    line: string;
                    /** @enum {string} */
                    kind: "timing" | "fee" | "fx" | "dispute" | "missing_webhook" | "unknown";
                    currency: string;
                    category: string;
                    source?: string;
                    /** @description Minor units. */
                    net: string;
                    ledger?: {
                        /** @description Minor units. */
                        gross: string;
                        /** @description Minor units. */
                        fee: string;
                        /** @description Minor units. */
                        net: string;
                        currency: string;
                        at: number;
                    };
                    provider?: {
                        /** @description Minor units. */
                        gross: string;
                        /** @description Minor units. */
                        fee: string;
                        /** @description Minor units. */
                        net: string;
                        currency: string;
                        at: number;
                    };
                    detail: string;
                }[];
                differences_total: number;
                difference_counts: {
                    [key: string]: number;
                };
            }[];
            /** @enum {string|null} */
            next_cursor: null;
        };
        ProviderReportPage: {
            data: {
                id: string;
                provider: string;
                kind: string;
                /** @description SHA-256 of the bytes. */
                digest: string;
                bytes: number;
                lines: number;
                /** Format: date-time */
                from: string;
                /** Format: date-time */
                until: string;
                /** Format: date-time */
                received_at: string;
                actor: string;
            }[];
            /** @enum {string|null} */
            next_cursor: null;
            truncated: boolean;
        };
        ProviderReport: {
            /** @enum {string} */
            outcome: "recorded" | "duplicate";
            id: string;
            provider: string;
            kind: string;
            /** @description SHA-256 of the bytes. */
            digest: string;
            bytes: number;
            lines: number;
            /** Format: date-time */
            from: string;
            /** Format: date-time */
            until: string;
            /** Format: date-time */
            received_at: string;
            actor: string;
        };
        Collected: {
            accepted: number;
            duplicates: number;
            rejected: {
                [key: string]: number;
            };
        } & {
            [key: string]: unknown;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    receiveWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Whose webhook it is. It proves itself by the signature of that provider, over the body as it was sent. */
                provider: "stripe" | "square" | "adyen";
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Kept. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outcomes"];
                };
            };
            /** @description Kept. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outcomes"];
                };
            };
            /** @description `unreadable_body`: The body could not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `bad_signature`: The signature does not match the body. `stale_signature`: The signature time is outside the accepted window. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_timeout`: The request took too long to arrive. */
            408: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than accepted. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    collectV1Track: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Kept. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Collected"];
                };
            };
            /** @description `unreadable_body`: The body could not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than accepted. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    collectV1Identify: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Kept. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Collected"];
                };
            };
            /** @description `unreadable_body`: The body could not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than accepted. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    collectV1Page: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Kept. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Collected"];
                };
            };
            /** @description `unreadable_body`: The body could not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than accepted. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    collectV1Screen: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Kept. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Collected"];
                };
            };
            /** @description `unreadable_body`: The body could not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than accepted. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    collectV1Group: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Kept. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Collected"];
                };
            };
            /** @description `unreadable_body`: The body could not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than accepted. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    collectV1Alias: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Kept. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Collected"];
                };
            };
            /** @description `unreadable_body`: The body could not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than accepted. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    collectV1Batch: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Kept. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Collected"];
                };
            };
            /** @description `unreadable_body`: The body could not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than accepted. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    collectV1T: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Kept. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Collected"];
                };
            };
            /** @description `unreadable_body`: The body could not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than accepted. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    collectV1I: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Kept. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Collected"];
                };
            };
            /** @description `unreadable_body`: The body could not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than accepted. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    collectV1P: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Kept. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Collected"];
                };
            };
            /** @description `unreadable_body`: The body could not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than accepted. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    collectV1S: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Kept. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Collected"];
                };
            };
            /** @description `unreadable_body`: The body could not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than accepted. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    collectV1G: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Kept. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Collected"];
                };
            };
            /** @description `unreadable_body`: The body could not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than accepted. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    collectV1A: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Kept. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Collected"];
                };
            };
            /** @description `unreadable_body`: The body could not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than accepted. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    collectV1B: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Kept. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Collected"];
                };
            };
            /** @description `unreadable_body`: The body could not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than accepted. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    collectBatch: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Kept. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Collected"];
                };
            };
            /** @description `unreadable_body`: The body could not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than accepted. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    collectE: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Kept. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Collected"];
                };
            };
            /** @description `unreadable_body`: The body could not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than accepted. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    collectCapture: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Kept. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Collected"];
                };
            };
            /** @description `unreadable_body`: The body could not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than accepted. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    collectIV0E: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Kept. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Collected"];
                };
            };
            /** @description `unreadable_body`: The body could not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than accepted. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`: Too many requests. */
            429: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    OperatingController_live: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "live";
                    };
                };
            };
        };
    };
    OperatingController_ready: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ready"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ready"];
                };
            };
        };
    };
    OperatingController_metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": components["schemas"]["Problem"];
                };
            };
        };
    };
    OperatingController_problem: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The `code` of a problem. */
                code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        code: string;
                        status: number;
                        title: string;
                        remedy: string;
                    };
                };
            };
            /** @description `not_found`: There is nothing at this address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    EventsController_receive: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description One CloudEvents 1.0 event, or an array of them. At most 1 MiB. */
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "specversion": "1.0",
                 *       "id": "s1",
                 *       "source": "/auth",
                 *       "type": "user.signed_up",
                 *       "time": "2026-10-03T09:00:00Z",
                 *       "data": {
                 *         "user_id": "u1",
                 *         "anonymous_id": "a1"
                 *       }
                 *     }
                 */
                "application/cloudevents+json": {
                    /** @enum {string} */
                    specversion: "1.0";
                    /** @description Yours, and the same on every repeat: with `source` it is what makes the event count once. */
                    id: string;
                    /** @description Who tells it, an origin that the key may write, such as `/auth`. */
                    source: string;
                    /** @description A domain event of `GET /v1/catalog`, which has the schema of its `data`. */
                    type: string;
                    /**
                     * Format: date-time
                     * @description When it happened. Without it, when it arrived.
                     */
                    time?: string;
                    data?: {
                        [key: string]: unknown;
                    };
                } & {
                    [key: string]: unknown;
                };
                /**
                 * @example [
                 *       {
                 *         "specversion": "1.0",
                 *         "id": "s1",
                 *         "source": "/auth",
                 *         "type": "user.signed_up",
                 *         "time": "2026-10-03T09:00:00Z",
                 *         "data": {
                 *           "user_id": "u1",
                 *           "anonymous_id": "a1"
                 *         }
                 *       }
                 *     ]
                 */
                "application/cloudevents-batch+json": ({
                    /** @enum {string} */
                    specversion: "1.0";
                    /** @description Yours, and the same on every repeat: with `source` it is what makes the event count once. */
                    id: string;
                    /** @description Who tells it, an origin that the key may write, such as `/auth`. */
                    source: string;
                    /** @description A domain event of `GET /v1/catalog`, which has the schema of its `data`. */
                    type: string;
                    /**
                     * Format: date-time
                     * @description When it happened. Without it, when it arrived.
                     */
                    time?: string;
                    data?: {
                        [key: string]: unknown;
                    };
                } & {
                    [key: string]: unknown;
                })[];
                /**
                 * @example {
                 *       "specversion": "1.0",
                 *       "id": "s1",
                 *       "source": "/auth",
                 *       "type": "user.signed_up",
                 *       "time": "2026-10-03T09:00:00Z",
                 *       "data": {
                 *         "user_id": "u1",
                 *         "anonymous_id": "a1"
                 *       }
                 *     }
                 */
                "application/json": ({
                    /** @enum {string} */
                    specversion: "1.0";
                    /** @description Yours, and the same on every repeat: with `source` it is what makes the event count once. */
                    id: string;
                    /** @description Who tells it, an origin that the key may write, such as `/auth`. */
                    source: string;
                    /** @description A domain event of `GET /v1/catalog`, which has the schema of its `data`. */
                    type: string;
                    /**
                     * Format: date-time
                     * @description When it happened. Without it, when it arrived.
                     */
                    time?: string;
                    data?: {
                        [key: string]: unknown;
                    };
                } & {
                    [key: string]: unknown;
                }) | ({
                    /** @enum {string} */
                    specversion: "1.0";
                    /** @description Yours, and the same on every repeat: with `source` it is what makes the event count once. */
                    id: string;
                    /** @description Who tells it, an origin that the key may write, such as `/auth`. */
                    source: string;
                    /** @description A domain event of `GET /v1/catalog`, which has the schema of its `data`. */
                    type: string;
                    /**
                     * Format: date-time
                     * @description When it happened. Without it, when it arrived.
                     */
                    time?: string;
                    data?: {
                        [key: string]: unknown;
                    };
                } & {
                    [key: string]: unknown;
                })[];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outcomes"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outcomes"];
                };
            };
            /** @description `unreadable_body`: The body could not be read. `invalid_event`: The event does not match its schema. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`: The same id is known with other content. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than accepted. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type`: The content type is not accepted here. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    MetricsController_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MetricList"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    MetricsController_metric: {
        parameters: {
            query: {
                /** @description First day, in the reporting time zone. */
                from: string;
                /** @description Last day, included. */
                to: string;
                /** @description How long the period of a row is. */
                interval?: "day" | "week" | "month";
                /** @description One or more of source, medium, campaign, channel, customer_kind, unknown_reason, between commas. */
                group_by?: string;
                /** @description Only this currency, such as USD. */
                currency?: string;
                /** @description Ledger position, RFC 3339 time, or a closed period such as 2026-10 (2026-10@1 for its first close): the answer as it was when nothing later was known. */
                as_of?: string;
                /** @description Of closed days: `reported`, as their close stored them, which never changes, or `known`. Default: reported, with what is known beside it. */
                view?: "reported" | "known";
            };
            header?: never;
            path: {
                /** @description A metric, by its name in `GET /v1/metrics`. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Metric"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. `too_slow`: The answer takes too long to make. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    MetricsController_contributions: {
        parameters: {
            query?: {
                /** @description Day, in the reporting time zone. */
                day?: string;
                /** @description First day, in the reporting time zone. */
                from?: string;
                /** @description Last day, included. */
                to?: string;
                /** @description How long the period of a row is. */
                interval?: "day" | "week" | "month";
                /** @description Only this currency, such as USD. */
                currency?: string;
                /** @description Only the rows of this group of `group_by=source`; it may be empty. */
                source?: string;
                /** @description Only the rows of this group of `group_by=medium`; it may be empty. */
                medium?: string;
                /** @description Only the rows of this group of `group_by=campaign`; it may be empty. */
                campaign?: string;
                /** @description Only the rows of this group of `group_by=channel`; it may be empty. */
                channel?: string;
                /** @description Only the rows of this group of `group_by=customer_kind`; it may be empty. */
                customer_kind?: string;
                /** @description Only the rows of this group of `group_by=unknown_reason`; it may be empty. */
                unknown_reason?: string;
                /** @description Ledger position, RFC 3339 time, or a closed period such as 2026-10 (2026-10@1 for its first close): the answer as it was when nothing later was known. */
                as_of?: string;
                /** @description Of closed days: `reported`, as their close stored them, which never changes, or `known`. Default: reported, with what is known beside it. */
                view?: "reported" | "known";
                /** @description How many rows a page may have. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description A metric, by its name in `GET /v1/metrics`. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ContributionPage"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. `too_slow`: The answer takes too long to make. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    MetricsController_explainDiff: {
        parameters: {
            query: {
                /** @description First day, in the reporting time zone. */
                from: string;
                /** @description Last day, included. */
                to: string;
                /** @description The earlier moment: a ledger position, an RFC 3339 time or a closed period such as 2026-10. */
                from_as_of: string;
                /** @description Ledger position, RFC 3339 time, or a closed period such as 2026-10 (2026-10@1 for its first close): the answer as it was when nothing later was known. */
                to_as_of?: string;
                /** @description Only this currency, such as USD. */
                currency?: string;
                /** @description How many rows a page may have. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description A metric, by its name in `GET /v1/metrics`. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExplainDiff"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. `too_slow`: The answer takes too long to make. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    MetricsController_attribution: {
        parameters: {
            query?: {
                /** @description signups, orders or revenue_gross, among others. */
                metric?: string;
                /** @description First day, in the reporting time zone. Without `from` and `to`, the last 30 days. */
                from?: string;
                /** @description Last day, included. Without `from` and `to`, the last 30 days. */
                to?: string;
                /** @description Only this currency, such as USD. */
                currency?: string;
                /** @description Ledger position, RFC 3339 time, or a closed period such as 2026-10 (2026-10@1 for its first close): the answer as it was when nothing later was known. */
                as_of?: string;
                /** @description Of closed days: `reported`, as their close stored them, which never changes, or `known`. Default: reported, with what is known beside it. */
                view?: "reported" | "known";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Attribution"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. `too_slow`: The answer takes too long to make. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    MetricsController_funnel: {
        parameters: {
            query?: {
                /** @description First day, in the reporting time zone. Without `from` and `to`, the last 30 days. */
                from?: string;
                /** @description Last day, included. Without `from` and `to`, the last 30 days. */
                to?: string;
                /** @description Ledger position, RFC 3339 time, or a closed period such as 2026-10 (2026-10@1 for its first close): the answer as it was when nothing later was known. */
                as_of?: string;
                /** @description Of closed days: `reported`, as their close stored them, which never changes, or `known`. Default: reported, with what is known beside it. */
                view?: "reported" | "known";
                /** @description The source of the tracked side. Default: the collector. */
                source?: string;
                /** @description Also by what the browser is; known only where its events arrive. */
                dimension?: "device" | "browser" | "country";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Funnel"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. `too_slow`: The answer takes too long to make. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    AttributionController_confusion: {
        parameters: {
            query: {
                /** @description First day, in the reporting time zone. */
                from: string;
                /** @description Last day, included. */
                to: string;
                /** @description Whose events claim something; one with ids. Default: the collector. */
                source?: string;
                /** @description signups, checkouts_started, orders or revenue_gross. */
                metric?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Confusion"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    AttributionController_cohort: {
        parameters: {
            query: {
                /** @description First day, in the reporting time zone. */
                from: string;
                /** @description Last day, included. */
                to: string;
                /** @description The source of the tracked side. Default: the collector. */
                source?: string;
                /** @description Also by what the browser is; known only where its events arrive. */
                dimension?: "device" | "browser" | "country";
                /** @description Days after the sign-up in which the first payment counts. Default: 30. */
                window_days?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Cohort"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. `too_slow`: The answer takes too long to make. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    AttributionController_bridge: {
        parameters: {
            query: {
                /** @description First day, in the reporting time zone. */
                from: string;
                /** @description Last day, included. */
                to: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignupBridge"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. `too_slow`: The answer takes too long to make. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ReconciliationsController_list: {
        parameters: {
            query?: {
                /** @description An analytics source, by its name in `GET /v1/sources`. */
                source?: string;
                /** @description A metric, by its name in `GET /v1/metrics`. */
                metric?: string;
                /** @description First day, in the reporting time zone. */
                from?: string;
                /** @description Last day, included. */
                to?: string;
                /** @description Only this currency, such as USD. */
                currency?: string;
                /** @description Ledger position, RFC 3339 time, or a closed period such as 2026-10 (2026-10@1 for its first close): the answer as it was when nothing later was known. */
                as_of?: string;
                /** @description Of closed days: `reported`, as their close stored them, which never changes, or `known`. Default: reported, with what is known beside it. */
                view?: "reported" | "known";
                /** @description How many rows a page may have. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReconciliationPage"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ReconciliationsController_run: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReconciliationRequest"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Run"];
                };
            };
            /** @description `invalid_request`: The request is not valid. `unreadable_body`: The body could not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ReconciliationsController_summary: {
        parameters: {
            query: {
                /** @description First day, in the reporting time zone. */
                from: string;
                /** @description Last day, included. */
                to: string;
                /** @description An analytics source, by its name in `GET /v1/sources`. */
                source?: string;
                /** @description A metric, by its name in `GET /v1/metrics`. */
                metric?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReconciliationSummary"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ReconciliationsController_detail: {
        parameters: {
            query?: {
                /** @description Only this currency, such as USD. */
                currency?: string;
                /** @description Only the ids of this part. */
                part?: "missing" | "client_only" | "duplicates" | "wrong_value" | "wrong_currency" | "other_day" | "tracked_other_day" | "expected" | "matched" | "not_trackable";
                /** @description Ledger position, RFC 3339 time, or a closed period such as 2026-10 (2026-10@1 for its first close): the answer as it was when nothing later was known. */
                as_of?: string;
                /** @description Of closed days: `reported`, as their close stored them, which never changes, or `known`. Default: reported, with what is known beside it. */
                view?: "reported" | "known";
                /** @description How many rows a page may have. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description Day, in the reporting time zone. */
                day: string;
                /** @description An analytics source, by its name in `GET /v1/sources`. */
                source: string;
                /** @description A metric, by its name in `GET /v1/metrics`. */
                metric: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReconciliationDetail"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    SourcesController_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SourceList"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    SourcesController_events: {
        parameters: {
            query: {
                /** @description First day, in the reporting time zone. */
                from: string;
                /** @description Last day, included. */
                to: string;
            };
            header?: never;
            path: {
                /** @description An analytics source, by its name in `GET /v1/sources`. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SourceEvents"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    SourcesController_pageRequests: {
        parameters: {
            query: {
                /** @description First day, in the reporting time zone. */
                from: string;
                /** @description Last day, included. */
                to: string;
            };
            header?: never;
            path: {
                /** @description An analytics source, by its name in `GET /v1/sources`. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageRequestDays"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    CustomersController_customer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Any identifier of the customer. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Customer"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    CustomersController_find: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CustomerFind"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomerFound"];
                };
            };
            /** @description `invalid_request`: The request is not valid. `unreadable_body`: The body could not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    IdentityController_decide: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["IdentityDecisionRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IdentityDecision"];
                };
            };
            /** @description `invalid_request`: The request is not valid. `unreadable_body`: The body could not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ErasuresController_list: {
        parameters: {
            query?: {
                /** @description How many rows a page may have. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErasurePage"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ErasuresController_erase: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ErasureRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErasureAnswer"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErasureAnswer"];
                };
            };
            /** @description `invalid_request`: The request is not valid. `unreadable_body`: The body could not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ErasuresController_erasure: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The `id` of the row. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Erasure"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    LedgerController_entries: {
        parameters: {
            query?: {
                /** @description Only entries of this type, such as `user.signed_up`. */
                type?: string;
                /** @description Only entries of this origin, such as `stripe` or `/auth`. */
                origin?: string;
                /** @description Only the entries of this stream. */
                stream?: string;
                /** @description How many rows a page may have. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EntryPage"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    LedgerController_entry: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The `id` of an entry, or its position. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Entry"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    LedgerController_proof: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The `id` of the row. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Proof"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    LedgerController_unknownTypes: {
        parameters: {
            query?: {
                /** @description How many rows a page may have. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UnknownTypePage"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ProofsController_consistency: {
        parameters: {
            query: {
                /** @description The smaller size. */
                from: string;
                /** @description The larger size; the newest that is sealed when left out. */
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Consistency"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ProofsController_checkpoints: {
        parameters: {
            query?: {
                /** @description How many rows a page may have. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CheckpointPage"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ProofsController_seal: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SealStarted"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ProofsController_key: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SealKey"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    VerificationController_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VerificationPage"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    VerificationController_start: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VerificationStarted"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    DeadLettersController_list: {
        parameters: {
            query?: {
                /** @description Only letters of this reason, such as `conflict`. */
                reason?: string;
                /** @description Only those that are settled, or only those that are not. */
                resolved?: "true" | "false";
                /** @description How many rows a page may have. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadLetterPage"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    DeadLettersController_read: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The `id` of the row. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadLetterWhole"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    DeadLettersController_replay: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The `id` of the row. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outcome"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `needs_rebuild`: Only a rebuild of the read model settles this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    DeadLettersController_dismiss: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The `id` of the row. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason: string;
                };
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadLetter"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    CatalogController_catalog: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Catalog"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    CompletenessController_list: {
        parameters: {
            query?: {
                /** @description A payment provider: stripe, square or adyen. */
                provider?: string;
                /** @description First day, in the reporting time zone. Without `from` and `to`, the last 30 days. */
                from?: string;
                /** @description Last day, included. Without `from` and `to`, the last 30 days. */
                to?: string;
                /** @description How many rows a page may have. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompletenessPage"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    CompletenessController_backfill: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BackfillRequest"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Backfill"];
                };
            };
            /** @description `invalid_request`: The request is not valid. `unreadable_body`: The body could not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    DriftController_drift: {
        parameters: {
            query?: {
                /** @description An analytics source, by its name in `GET /v1/sources`. */
                source?: string;
                /** @description A metric, by its name in `GET /v1/metrics`. */
                metric?: string;
                /** @description As of the newest settled day up to this one. */
                day?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DriftPage"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    DriftController_markers: {
        parameters: {
            query?: {
                /** @description The first moment, an RFC 3339 time. */
                from?: string;
                /** @description The last moment, an RFC 3339 time. */
                to?: string;
                /** @description How many rows a page may have. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MarkerPage"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    DriftController_set: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MarkerRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Marker"];
                };
            };
            /** @description `invalid_request`: The request is not valid. `unreadable_body`: The body could not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`: The same id is known with other content. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    DriftController_report: {
        parameters: {
            query?: {
                /** @description What the report is written in. */
                format?: "json" | "markdown" | "html";
            };
            header?: never;
            path: {
                /** @description An ISO week: Monday to Sunday. */
                week: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GapReport"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ActorsController_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActorList"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    AlertsController_list: {
        parameters: {
            query?: {
                /** @description Only those that are wrong now, or only those that were. */
                state?: "open" | "recovered";
                /** @description How many rows a page may have. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertPage"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    AlertsController_acknowledge: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The `id` of the row. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AcknowledgeAlert"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Acknowledged"];
                };
            };
            /** @description `invalid_request`: The request is not valid. `unreadable_body`: The body could not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    JobsController_list: {
        parameters: {
            query?: {
                /** @description How many rows a page may have. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobPage"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    JobsController_cancel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The `id` of a job in `GET /v1/jobs`. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CancelledJob"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `wrong_state`: The present state does not allow this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    PeriodsController_list: {
        parameters: {
            query?: {
                /** @description How many rows a page may have. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PeriodPage"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    PeriodsController_detail: {
        parameters: {
            query?: {
                /** @description Which close of it, where it was closed more than once. Default: the last. */
                version?: number;
            };
            header?: never;
            path: {
                /** @description A period: `2026-10`, or `2026-P10` of a 4-4-5 calendar. */
                period: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Period"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    PeriodsController_softClose: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A period: `2026-10`, or `2026-P10` of a 4-4-5 calendar. */
                period: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PeriodSummary"];
                };
            };
            /** @description `invalid_request`: The request is not valid. `unreadable_body`: The body could not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `wrong_state`: The present state does not allow this. `wrong_expected_revision`: Somebody else changed this first. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    PeriodsController_propose: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A period: `2026-10`, or `2026-P10` of a 4-4-5 calendar. */
                period: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CloseRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PeriodSummary"];
                };
            };
            /** @description `invalid_request`: The request is not valid. `unreadable_body`: The body could not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `wrong_state`: The present state does not allow this. `wrong_expected_revision`: Somebody else changed this first. `close_blocked`: The period cannot be closed yet. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    PeriodsController_approve: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A period: `2026-10`, or `2026-P10` of a 4-4-5 calendar. */
                period: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ApproveRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PeriodSummary"];
                };
            };
            /** @description `invalid_request`: The request is not valid. `unreadable_body`: The body could not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `wrong_state`: The present state does not allow this. `wrong_expected_revision`: Somebody else changed this first. `second_person`: Another person has to do this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    PeriodsController_close: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A period: `2026-10`, or `2026-P10` of a 4-4-5 calendar. */
                period: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Nothing"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PeriodSummary"];
                };
            };
            /** @description `invalid_request`: The request is not valid. `unreadable_body`: The body could not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `wrong_state`: The present state does not allow this. `wrong_expected_revision`: Somebody else changed this first. `close_blocked`: The period cannot be closed yet. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    PeriodsController_reopen: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A period: `2026-10`, or `2026-P10` of a 4-4-5 calendar. */
                period: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReopenRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PeriodSummary"];
                };
            };
            /** @description `invalid_request`: The request is not valid. `unreadable_body`: The body could not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `wrong_state`: The present state does not allow this. `wrong_expected_revision`: Somebody else changed this first. `second_person`: Another person has to do this. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    PeriodsController_waive: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A period: `2026-10`, or `2026-P10` of a 4-4-5 calendar. */
                period: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WaiveRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PeriodSummary"];
                };
            };
            /** @description `invalid_request`: The request is not valid. `unreadable_body`: The body could not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `wrong_state`: The present state does not allow this. `wrong_expected_revision`: Somebody else changed this first. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    PeriodFilesController_journal: {
        parameters: {
            query?: {
                /** @description Which close of it, where it was closed more than once. Default: the last. */
                version?: number;
                /** @description A file for another program; `json` is a page of the API. */
                format?: "json" | "jsonl" | "csv" | "hledger" | "beancount" | "quickbooks-online" | "quickbooks-desktop" | "xero" | "netsuite";
                /** @description Of a file: only the lines of this currency. */
                currency?: string;
                /** @description Of Xero: the organisation's tax rate that means no tax. */
                tax_rate?: string;
                /** @description Of NetSuite OneWorld: the subsidiary whose journal it is. */
                subsidiary?: string;
                /** @description How many rows a page may have. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description A period: `2026-10`, or `2026-P10` of a 4-4-5 calendar. */
                period: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JournalPage"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    PeriodFilesController_pack: {
        parameters: {
            query?: {
                /** @description Which close of it, where it was closed more than once. Default: the last. */
                version?: number;
                /** @description The text of entries as it is stored, personal fields sealed; or their hashes only. */
                bodies?: "sealed" | "withheld";
            };
            header?: never;
            path: {
                /** @description A period: `2026-10`, or `2026-P10` of a 4-4-5 calendar. */
                period: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/zip": string;
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/zip": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/zip": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/zip": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: There is nothing at this address. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/zip": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/zip": components["schemas"]["Problem"];
                };
            };
        };
    };
    BooksController_trialBalance: {
        parameters: {
            query: {
                /** @description First day, in the reporting time zone. */
                from: string;
                /** @description Last day, included. */
                to: string;
                /** @description Ledger position: the rows as they were when this was the last entry. */
                as_of?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrialBalance"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    BooksController_rollForward: {
        parameters: {
            query: {
                /** @description First day, in the reporting time zone. */
                from: string;
                /** @description Last day, included. */
                to: string;
                /** @description Ledger position: the rows as they were when this was the last entry. */
                as_of?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RollForward"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    BooksController_lines: {
        parameters: {
            query: {
                /** @description First day, in the reporting time zone. */
                from: string;
                /** @description Last day, included. */
                to: string;
                /** @description Ledger position: the rows as they were when this was the last entry. */
                as_of?: string;
                /** @description How many rows a page may have. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BookLines"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    BooksController_bridge: {
        parameters: {
            query: {
                /** @description First day, in the reporting time zone. */
                from: string;
                /** @description Last day, included. */
                to: string;
                /** @description Ledger position: the rows as they were when this was the last entry. */
                as_of?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Bridge"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    BooksController_problems: {
        parameters: {
            query: {
                /** @description First day, in the reporting time zone. */
                from: string;
                /** @description Last day, included. */
                to: string;
                /** @description Ledger position: the rows as they were when this was the last entry. */
                as_of?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BookProblems"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    BooksController_chart: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChartOfAccounts"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    BooksController_setOpeningBalance: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OpeningBalance"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpeningBalanceSet"];
                };
            };
            /** @description `invalid_request`: The request is not valid. `unreadable_body`: The body could not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    BooksController_recordRates: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FxRates"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FxRatesRecorded"];
                };
            };
            /** @description `invalid_request`: The request is not valid. `unreadable_body`: The body could not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `restated`: It is recorded otherwise, and is never restated. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    SessionController_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    SessionController_signIn: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignIn"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description `unreadable_body`: The body could not be read. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    SessionController_signOut: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Signed out. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    SessionController_link: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignInLink"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    TieOutsController_results: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A period: `2026-10`, or `2026-P10` of a 4-4-5 calendar. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TieOutPage"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    TieOutsController_run: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A period: `2026-10`, or `2026-P10` of a 4-4-5 calendar. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TieOutPage"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    TieOutsController_reports: {
        parameters: {
            query?: {
                /** @description A payment provider: stripe, square or adyen. */
                provider?: string;
                /** @description How many rows a page may have. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderReportPage"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    TieOutsController_add: {
        parameters: {
            query: {
                /** @description A payment provider: stripe, square or adyen. */
                provider: string;
                /** @description Which report it is: balance_itemised, balance_summary, payout_reconciliation, payout_entries, settlement_details. */
                kind: string;
                /** @description First day that it covers. Needed of reports of Stripe. */
                from?: string;
                /** @description Last day that it covers, included. Needed of reports of Stripe. */
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description The bytes of the file as the provider made it. At most 32 MiB. */
        requestBody: {
            content: {
                "text/csv": string;
                "application/json": string;
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderReport"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderReport"];
                };
            };
            /** @description `invalid_request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: No valid credentials were given. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The key may not do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `conflict`: The same id is known with other content. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_large`: The request is larger than accepted. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unavailable`: It could not be made durable just now. */
            503: {
                headers: {
                    /** @description Seconds until it may be sent again. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
