import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { RateToRecord } from '../../close/post/fx-rates.js';
import type { Service } from '../../service-types.js';
import { SERVICE } from '../tokens.js';
import type { Asker } from './operator.js';

export interface RatesRecorded {
  given: number;
  /** The rest was known. */
  recorded: number;
}

/** Record exchange rates. Throws Problem `restated` for one that would restate another. */
export class RecordFxRates extends Command<RatesRecorded> {
  /** Private, because there may be thousands and an audit line has all that a command shows. */
  readonly #rates: readonly RateToRecord[];
  readonly given: number;

  constructor(
    rates: readonly RateToRecord[],
    readonly asker: Asker,
  ) {
    super();
    this.#rates = rates;
    this.given = rates.length;
  }

  get rates(): readonly RateToRecord[] {
    return this.#rates;
  }
}

@CommandHandler(RecordFxRates)
export class RecordFxRatesHandler implements ICommandHandler<RecordFxRates> {
  constructor(@Inject(SERVICE) private readonly service: Service) {}

  async execute(command: RecordFxRates): Promise<RatesRecorded> {
    const { given, rates, asker } = command;
    return { given, recorded: await this.service.books.recordRates(rates, asker) };
  }
}
