import type { Express } from 'express';
import type { Consent, Landing, LandingRequest } from '../../src/landing/landing.js';

export function consentOf(request: LandingRequest): Consent;
export function createShop(parts: {
  landing: Landing;
  /** Tells the ledger of something: type, id, data. */
  tell: (type: string, id: string, data: object) => Promise<unknown>;
}): Express;
