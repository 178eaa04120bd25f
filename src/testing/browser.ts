/** Requests as a script or a person's browser makes them, with the reply read whole. */

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** What the text says, where it is JSON. */
  readonly body: unknown;
}

/** Follows no redirect: where one leads is a part of what is tested. */
export interface Browser {
  /** A page, or an endpoint: `get("/faq/v1/entries/1/")`. What is wrong comes as a problem document. */
  get(path: string): Promise<Reply>;
  /** Text is sent as a form, as by a browser or `curl -d`; anything else as JSON. */
  post(path: string, body: unknown): Promise<Reply>;
  /** `fetch` of the web, below the project's address, for all else: headers, methods, a page of errors. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
}

/** `accept` is what the replies may be. Default: anything, as for curl; a browser asks for text/html. */
export function createBrowser(address: string, accept = "*/*"): Browser {
  const send = (path: string, init?: RequestInit) => fetch(new URL(path, address), init);
  return {
    fetch: send,
    get: async (path) => toReply(await send(path, { headers: { accept }, redirect: "manual" })),
    async post(path, body) {
      const isForm = typeof body === "string" || body instanceof URLSearchParams;
      const headers = {
        accept,
        origin: address, // as a form of the site's own pages
        "content-type": isForm ? "application/x-www-form-urlencoded" : "application/json",
      };
      const data = isForm ? body.toString() : JSON.stringify(body);
      return toReply(await send(path, { method: "POST", headers, body: data, redirect: "manual" }));
    },
  };
}

async function toReply(response: Response): Promise<Reply> {
  const { status, headers } = response;
  const text = await response.text();
  const isJson = /[/+]json\b/.test(headers.get("content-type") ?? "");
  return { status, headers, text, body: isJson ? JSON.parse(text) : undefined };
}
