import { type Cause, certain, likely } from '../cause.js';

const OWN_MACHINE = /^(?:localhost|127\.0\.0\.1|\[::1\]|.+\.(?:local|localhost|test|example|invalid))$/;
const STAGING = /(?:^|[.-])(?:staging|stage|stg|dev|develop|development|test|testing|qa|uat|preview|sandbox)(?=[.-])/;

export const stagingHost: Cause = {
  name: 'staging_host',
  meaning: 'The page was on a machine of a developer or on a host whose name says that it is no shop for customers.',
  parts: ['client_only'],
  explain: ({ tracked }) => {
    const host = tracked?.context?.host;
    if (host === undefined) return undefined;
    if (OWN_MACHINE.test(host)) return certain({ host });
    return STAGING.test(host) ? likely({ host }) : undefined;
  },
};
