import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { asGuestsSay } from './proxy/archives.ts';
import { answerTo, type ProxyEnvironment, WayOut } from './way-out.ts';

export interface Reply {
  readonly ok: boolean;
  readonly status: number;
  readonly statusText: string;
  readonly text: string;
  /** As the head has it. */
  readonly length: number | undefined;
}

export interface AskOptions {
  readonly method?: 'GET' | 'HEAD' | undefined;
  /** The port on 127.0.0.1 of a run's package proxy, which is asked instead; https is then its business. */
  readonly via?: number | undefined;
  /** Names the proxies of this host. */
  readonly env?: ProxyEnvironment;
  readonly signal: AbortSignal;
}

/** Fetches a text. */
export async function ask(url: string, { method = 'GET', via, env = process.env, signal }: AskOptions): Promise<Reply> {
  if (via === undefined) {
    using out = new WayOut(env);
    return await replyOf(await out.ask(url, { method, signal }));
  }
  // A proxy is asked for the whole address. A connection of its own: that the proxy ends must not be held up by it.
  const path = asGuestsSay(url);
  const headers = { host: new URL(url).host };
  const there = { host: '127.0.0.1', port: via, agent: false };
  return replyOf(await answerTo(request({ ...there, method, path, headers, signal })));
}

async function replyOf(response: IncomingMessage): Promise<Reply> {
  const { statusCode: status = 0, statusMessage: statusText = '', headers } = response;
  const length = headers['content-length'] === undefined ? undefined : Number(headers['content-length']);
  return { ok: status >= 200 && status < 300, status, statusText, text: await text(response), length };
}
