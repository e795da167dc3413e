import { type Config, ledgerEngine, schemeOf } from '../config.js';

/** What of the settings may be written to a log: places without their passwords, and how many secrets there are. */
export function settingsForLog(config: Config): Record<string, string | number> {
  const isPostgres = ledgerEngine(config.ledgerUrl) === 'postgres';
  const engine = (url: string | undefined): string => (url === undefined ? 'embedded' : schemeOf(url)!);
  return {
    host: config.host,
    port: config.port,
    // Each is where the other is, unless it has a place of its own.
    ledger: engine(config.ledgerUrl ?? config.databaseUrl),
    database: engine(config.databaseUrl ?? (isPostgres ? config.ledgerUrl : undefined)),
    jobs: config.redisUrl === undefined ? 'postgres' : 'redis',
    reporting_time_zone: config.reportingTimeZone,
    fiscal_calendar: config.fiscalCalendar.name,
    collector_write_keys: config.collectorWriteKeys.length,
    stripe_webhook_secrets: config.stripe.webhookSecrets.length,
    square_webhook_signature_keys: config.square.signatureKeys.length,
    square_plans: config.square.plans.length,
    adyen_hmac_keys: config.adyen.hmacKeys.length,
    alert_webhook: config.alerts.webhookUrl === undefined ? 'not set' : 'set',
    alert_slack: config.alerts.slackUrl === undefined ? 'not set' : 'set',
    alert_email_receivers: config.alerts.emailTo.length,
    seal_witness: config.sealWitnessUrl === undefined ? 'file' : 'file and address',
    adyen_basic_auth: config.adyen.basicAuth === undefined ? 'not set' : 'set',
    adyen_report_user: config.adyen.reportUser === undefined ? 'not set' : 'set',
    sources: config.sources.sources.map(({ name, type }) => `${name} (${type.name})`).join(', ') || 'none',
  };
}
