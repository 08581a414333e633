import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { asGuestsSay } from './proxy/archives.ts';

export interface Reply {
  readonly ok: boolean;
  readonly status: number;
  readonly statusText: string;
  readonly text: string;
}

/**
 * Fetches a text.
 *
 * @param via the port on 127.0.0.1 of a run's package proxy, which is asked instead; https is then its business.
 */
export async function ask(url: string, options: { readonly via?: number | undefined; readonly signal: AbortSignal }) {
  const { via, signal } = options;
  if (via === undefined) {
    const response = await fetch(url, { signal });
    const { ok, status, statusText } = response;
    return { ok, status, statusText, text: await response.text() };
  }
  return askProxy(asGuestsSay(url), via, signal);
}

function askProxy(url: string, port: number, signal: AbortSignal): Promise<Reply> {
  return new Promise((resolve, reject) => {
    // A proxy is asked for the whole address. A connection of its own: that the proxy ends must not be held up by it.
    const asked = request({
      host: '127.0.0.1',
      port,
      path: url,
      headers: { host: new URL(url).host },
      agent: false,
      signal,
    });
    asked.once('error', reject);
    asked.once('response', (response) => {
      const { statusCode = 0, statusMessage = '' } = response;
      const ok = statusCode >= 200 && statusCode < 300;
      text(response).then((body) => resolve({ ok, status: statusCode, statusText: statusMessage, text: body }), reject);
    });
    asked.end();
  });
}
