const ANSWER_MS = 10_000;

/** Posts a JSON body. Throws with the status, never with the address: it may hold a secret. */
export async function postJson(
  url: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  let status: number;
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    status = answer.status;
    await answer.body?.cancel();
  } catch (error) {
    const cause = (error as { cause?: { code?: string } }).cause?.code;
    throw new Error(`The receiver did not answer (${cause ?? (error as Error).name}).`, { cause: error });
  }
  if (status < 200 || status > 299) throw new Error(`The receiver answered ${status}.`);
}
