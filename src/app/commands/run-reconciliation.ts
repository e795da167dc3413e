import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { RunRequest } from '../../reconcile/create-reconcile.js';
import type { Service } from '../../service-types.js';
import { SERVICE } from '../tokens.js';
import type { Asker } from './operator.js';

/** `data`: the rows, when it ran inline. */
export type Run = { run_id: string } | { run_id: string; recorded: number; data: unknown[] };

/** Compare truth with what was tracked. `inline`: now and in this process; else as a job whose id is answered. */
export class RunReconciliation extends Command<Run> {
  constructor(
    readonly request: RunRequest,
    readonly inline: boolean,
    readonly asker: Asker,
  ) {
    super();
  }
}

@CommandHandler(RunReconciliation)
export class RunReconciliationHandler implements ICommandHandler<RunReconciliation> {
  constructor(@Inject(SERVICE) private readonly service: Service) {}

  execute({ request, inline, asker }: RunReconciliation): Promise<Run> {
    const { reconcile } = this.service;
    return inline ? reconcile.now(request, asker.actor) : reconcile.run(request, asker.actor);
  }
}
