import { z } from 'zod';
import { readSettingsFile } from '../../../storage/settings-file.js';
import { isObject, objectIn } from '../../json-members.js';
import { moneyOf } from './interpret/amount.js';
import { isCadence, planWorth, type SquarePlan } from './interpret/plan-value.js';

const SETTING = 'SQUARE_PLANS';
const VARIATION = 'SUBSCRIPTION_PLAN_VARIATION';

const money = z.object({ amount: z.number(), currency: z.string() }).nullish();
const phase = z.object({
  cadence: z.string(),
  /** The price is named in either way in what Square publishes. */
  pricing: z.object({ type: z.string().nullish(), price_money: money, price: money }).nullish(),
  /** As older versions say it. */
  recurring_price_money: money,
});
const variation = z.object({
  id: z.string().min(1),
  subscription_plan_variation_data: z.object({ phases: z.array(phase).min(1) }),
});
type Variation = z.infer<typeof variation>;

/**
 * The plans in a JSON file of catalog objects as Square's interface answers them (`GET /v2/catalog/list?types=SUBSCRIPTION_PLAN_VARIATION`, one
 * answer or a list of answers or objects). Left out is what has no value that can be known: several phases, because no event tells which one holds;
 * a price by items; a cadence that is not known here. Mistakes are sentences, all of them at once.
 */
export function readSquarePlans(path: string | undefined): { plans: readonly SquarePlan[]; mistakes: string[] } {
  const refused = (...mistakes: string[]) => ({ plans: [], mistakes });
  if (path === undefined) return refused();
  const file = readSettingsFile(SETTING, path);
  if ('mistake' in file) return refused(file.mistake);
  const found = variationsIn(file.value);
  if (found.length === 0) return refused(`${SETTING} has no object of the type ${VARIATION}.`);
  const mistakes: string[] = [];
  const plans = new Map<string, SquarePlan | undefined>();
  for (const object of found) {
    const { data, error } = variation.safeParse(object);
    const name = JSON.stringify(objectIn(object)['id'] ?? 'without id');
    const issue = error?.issues[0];
    if (issue) mistakes.push(`${SETTING}: plan variation ${name}, ${issue.path.join('.')}: ${issue.message}.`);
    if (!data) continue;
    const plan = planOf(data, (why) => mistakes.push(`${SETTING}: plan variation ${name} ${why}.`));
    if (plans.has(data.id) && JSON.stringify(plans.get(data.id)) !== JSON.stringify(plan))
      mistakes.push(`${SETTING}: plan variation ${name} is there twice, with two prices.`);
    plans.set(data.id, plan);
  }
  if (mistakes.length > 0) return refused(...mistakes);
  return { plans: [...plans.values()].filter((plan) => plan !== undefined), mistakes };
}

/** Wherever answers and plans have them. */
function variationsIn(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.flatMap(variationsIn);
  if (!isObject(value)) return [];
  if (value['type'] === VARIATION) return [value];
  const { objects, object, related_objects: related, subscription_plan_data: plan } = value;
  return [objects, object, related, objectIn(plan)['subscription_plan_variations']].flatMap(variationsIn);
}

function planOf(
  { id, subscription_plan_variation_data: { phases } }: Variation,
  wrong: (why: string) => void,
): SquarePlan | undefined {
  const [only, ...others] = phases;
  if (!only || others.length > 0 || only.pricing?.type === 'RELATIVE' || !isCadence(only.cadence)) return undefined;
  const price = only.pricing?.price_money ?? only.pricing?.price ?? only.recurring_price_money;
  if (!price) return (wrong('has no price'), undefined);
  try {
    const plan = { id, cadence: only.cadence, price: moneyOf(price) };
    return planWorth(plan.cadence, plan.price) ? plan : (wrong('has a price beyond measure'), undefined);
  } catch {
    return (wrong('has a price that is no amount of minor units'), undefined);
  }
}
