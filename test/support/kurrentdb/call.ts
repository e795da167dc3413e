// One call of a client, whatever its kind, as far as faults and answers are concerned.
import grpc from '@grpc/grpc-js';
import type { Failure, Fault, Faults, Occasion } from './faults.js';

export interface OpenCall {
  readonly requiresLeader: boolean;
  fail(failure: Failure): void;
  /** Ends with OK. */
  end(): void;
  /**
   * Lets the rules act on the call. True when it may go on; false when it was ended, cut, failed or is to be left open without an answer.
   * A fault that only the operation can act on (an `answer`) goes to `other`.
   */
  passes(occasion: Omit<Occasion, 'userAgent'>, other?: (fault: Fault) => void): Promise<boolean>;
}

/** What of grpc-js's calls is needed here; a unary call fails through its callback, the others by an event. */
interface AnyCall {
  metadata: grpc.Metadata;
  getPeer(): string;
  emit(event: 'error', error: object): boolean;
  end?(): void;
}

export function openCall(
  call: AnyCall,
  { faults, cut }: { faults: Faults; cut: (peer: string) => void },
  callback?: (error: object) => void,
): OpenCall {
  const header = (name: string): string => String(call.metadata.get(name)[0] ?? '');
  const userAgent = header('user-agent');
  const fail = ({ code, details, trailers = {} }: Failure): void => {
    const metadata = new grpc.Metadata();
    for (const [name, value] of Object.entries(trailers)) metadata.set(name, value);
    const error = Object.assign(new Error(details), { code, details, metadata });
    if (callback) callback(error);
    // `destroy(error)` would close the call without ever sending the status.
    else call.emit('error', error);
  };
  const end = (): void => call.end?.();
  return {
    requiresLeader: header('requires-leader') === 'true',
    fail,
    end,
    passes: async (occasion, other) => {
      const fault = faults.at({ ...occasion, userAgent });
      if (fault === undefined) return true;
      if (fault.kind === 'hold') {
        await fault.until;
        return true;
      }
      if (fault.kind === 'status') fail(fault.status);
      else if (fault.kind === 'end') end();
      else if (fault.kind === 'reset') cut(call.getPeer());
      else if (fault.kind === 'answer') other?.(fault);
      return false;
    },
  };
}
