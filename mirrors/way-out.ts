import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, Agent as PlainAgent, request as plainRequest } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';

/** Of the environment: http_proxy, https_proxy and no_proxy, as curl, apt and npm read them. */
export type ProxyEnvironment = Readonly<Record<string, string | undefined>>;

/** Whether this host reaches the world through somebody. */
export function isBehindProxy(env: ProxyEnvironment): boolean {
  return ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY'].some((name) => env[name]);
}

/** How many addresses somebody may send on to before it is taken for a circle. */
const MOST_MOVES = 5;

/** How this host asks the world: through the proxies its environment names, and by itself where it names none. */
export class WayOut implements Disposable {
  readonly #plain: PlainAgent;
  readonly #tls: TlsAgent;

  /** @param ca the certificates that TLS trusts, in PEM; Node's own where absent. */
  constructor(env: ProxyEnvironment, ca?: Buffer) {
    // Not fetch, whose proxies must let it through to port 80 as if that were TLS: few do.
    const proxyEnv = { ...env };
    this.#plain = new PlainAgent({ proxyEnv });
    this.#tls = new TlsAgent({ proxyEnv, ...(ca ? { ca } : {}) });
  }

  /** The head of an answer, of wherever the address sends on to; its body is to be read before this is disposed of. */
  async ask(url: string, { method = 'GET', signal }: { readonly method?: string | undefined; signal: AbortSignal }) {
    let at = url;
    for (let moves = 0; ; moves++) {
      const response = await answerTo(this.#request(at, { method, signal }));
      const { location } = response.headers;
      if (location === undefined || moves === MOST_MOVES) return response;
      response.resume();
      at = new URL(location, at).href;
    }
  }

  #request(url: string, options: { readonly method: string; readonly signal: AbortSignal }): ClientRequest {
    const tls = new URL(url).protocol === 'https:';
    return tls
      ? tlsRequest(url, { ...options, agent: this.#tls })
      : plainRequest(url, { ...options, agent: this.#plain });
  }

  [Symbol.dispose](): void {
    this.#plain.destroy();
    this.#tls.destroy();
  }
}

/** Sends a request that is all there. */
export async function answerTo(request: ClientRequest): Promise<IncomingMessage> {
  request.end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  // What breaks off from here on, the response tells.
  request.on('error', () => {});
  return response;
}
