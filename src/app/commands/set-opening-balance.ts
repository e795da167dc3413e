import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Service } from '../../service-types.js';
import { SERVICE } from '../tokens.js';
import type { Asker } from './operator.js';

export interface OpeningBalanceAsked {
  provider: string;
  day: string;
  balance: { amount_minor: string; currency: string };
}

/** Decide what a provider held for us at the beginning of a day. Answers the ledger position of the decision. */
export class SetOpeningBalance extends Command<{ position: number }> {
  constructor(
    readonly asked: OpeningBalanceAsked,
    readonly asker: Asker,
  ) {
    super();
  }
}

@CommandHandler(SetOpeningBalance)
export class SetOpeningBalanceHandler implements ICommandHandler<SetOpeningBalance> {
  constructor(@Inject(SERVICE) private readonly service: Service) {}

  async execute({ asked: { provider, day, balance }, asker }: SetOpeningBalance) {
    const amount = BigInt(balance.amount_minor);
    const position = await this.service.books.setOpeningBalance(
      { provider, day, amount, currency: balance.currency },
      asker,
    );
    return { position };
  }
}
