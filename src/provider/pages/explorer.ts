/** The page at `/-/` of an app: what each version promises, how to call it with curl, and a form to try. */
import { type Drawing, html, type Html } from "../../app/page.ts";
import type { ServedApp } from "../../app/types.ts";
import { expectationOf } from "../../contract/check.ts";
import { type About, aboutOf, servedVersions } from "../../contract/contract.ts";
import { type Endpoint, hasNoBody } from "../../contract/endpoint.ts";
import type { Field, Fields } from "../../contract/field.ts";
import { isGuest, partsOf, type Shape } from "../../contract/guest.ts";
import { exampleOf } from "./example.ts";

export function drawExplorer({ app }: ServedApp): Drawing {
  const versions = servedVersions(app.contract).map(aboutOf).toReversed();
  const variable = `${app.name.toUpperCase().replaceAll("-", "_")}_API`;
  const body = html`<h1>The contract of ${app.name}</h1>
    ${app.summary ? html`<p class="lead">${app.summary}</p>` : ""}
    <p>
      For programs: the <a href="contract">lock</a>, and the same as
      <a href="openapi.json">OpenAPI</a>. In the examples <code>$${variable}</code> is the address
      of this page without its last <code>/-/</code>.
    </p>
    <noscript><p>To try an endpoint here, your browser has to run scripts.</p></noscript>
    ${versions.map((version) => drawVersion(version, variable))}
    <script src="explorer.js" defer></script>`;
  return { title: `The contract of ${app.name}`, body };
}

function drawVersion({ version, endpoints, life }: About, variable: string): Html {
  const { retired } = life;
  const until = retired?.sunset === undefined ? "" : ` and stays until ${retired.sunset}`;
  return html`<h2>${version}</h2>
    ${retired ? html`<p class="notice">Deprecated from ${retired.deprecated} on${until}.</p>` : ""}
    ${endpoints.map((endpoint) => drawEndpoint(endpoint, variable))}`;
}

function drawEndpoint(endpoint: Endpoint, variable: string): Html {
  const { name, version, method, path, status, errors, input, output } = endpoint;
  const failures = Object.entries(errors);
  return html`<details class="endpoint">
    <summary><code>${method} /${version}${path}</code> ${name}</summary>
    ${drawFields("Input", input, name)} ${drawFields(`Output, with status ${status}`, output, name)}
    ${
      failures.length === 0
        ? ""
        : html`<h3>Errors</h3>
            <ul>
              ${failures.map(([error, code]) => html`<li><code>${error}</code>, status ${code}</li>`)}
            </ul>`
    }
    <h3>With curl</h3>
    <pre><code>${curlOf(endpoint, variable)}</code></pre>
    ${drawTry(endpoint)}
  </details>`;
}

function drawFields(title: string, shape: Shape, where: string): Html {
  if (isGuest(shape)) {
    const parts = partsOf(shape, where) as Field; // what a guest becomes
    return html`<h3>${title}</h3>
      <pre><code>${JSON.stringify(parts.schema, null, 2)}</code></pre>`;
  }
  const rows = rowsOf(shape, "");
  if (rows.length === 0)
    return html`<h3>${title}</h3>
      <p class="quiet">Nothing.</p>`;
  return html`<h3>${title}</h3>
    <dl class="fields">
      ${rows.map(
        ([name, words]) =>
          html`<dt><code>${name}</code></dt>
            <dd>${words}</dd>`,
      )}
    </dl>`;
}

/** A row for each field, those inside of others too: `entries[].id`. */
function rowsOf(fields: Fields, before: string): [string, string][] {
  return Object.entries(fields).flatMap(([name, field]) => {
    const path = `${before}${name}`;
    return [[path, wordsOf(field)], ...rowsInside(field, path)];
  });
}

function rowsInside(field: Field, path: string): [string, string][] {
  const { item, fields } = field.rule;
  if (fields) return rowsOf(fields, `${path}.`);
  if (item === undefined) return [];
  const mark = { list: "[]", map: ".*" }[String(field.kind)] ?? "";
  const own: [string, string][] = mark === "" ? [] : [[path + mark, wordsOf(item)]];
  return [...own, ...rowsInside(item, path + mark)];
}

function wordsOf(field: Field): string {
  const words = expectationOf(field);
  if (field.presence === "optional") return `${words}; may be left out`;
  return field.presence === "default"
    ? `${words}; ${JSON.stringify(field.default)} when it is left out`
    : words;
}

function exampleInput({ input, name }: Endpoint): Record<string, unknown> {
  const value = exampleOf(partsOf(input, name));
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function curlOf(endpoint: Endpoint, variable: string): string {
  const { method, version, path } = endpoint;
  const rest = exampleInput(endpoint);
  const filled = path.replaceAll(/:(\w+)/g, (_, name: string) => {
    const value = encodeURIComponent(String(rest[name]));
    delete rest[name];
    return value;
  });
  const address = `"$${variable}/${version}${filled}"`;
  const verb = method === "GET" ? "" : ` -X ${method}`;
  if (hasNoBody(method)) {
    // By options, because curl -d does not encode & and +.
    const query = Object.entries(rest).flatMap(([name, value]) =>
      (Array.isArray(value) ? value : [value]).map(
        (one) => ` \\\n  --data-urlencode ${quote(`${name}=${String(one)}`)}`,
      ),
    );
    return `curl${query.length > 0 ? " -G" : ""}${verb} ${address}${query.join("")}`;
  }
  const usual = method === "POST" ? "" : verb;
  return `curl${usual} ${address} \\\n  -H 'content-type: application/json' \\\n  -d ${quote(JSON.stringify(rest))}`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function drawTry(endpoint: Endpoint): Html {
  const { name, version, method, path } = endpoint;
  const id = `${version}-${name}`;
  const example = JSON.stringify(exampleInput(endpoint), null, 2);
  const rows = Math.min(12, example.split("\n").length + 1);
  return html`<form class="try" data-method="${method}" data-path="../${version}${path}">
    <div class="field">
      <label for="${id}">Input of ${version} ${name}, as JSON</label>
      <textarea id="${id}" name="input" rows="${rows}" spellcheck="false">${example}</textarea>
    </div>
    <button>${method === "GET" ? "Try it" : "Send it for real"}</button>
    <pre hidden tabindex="0" aria-live="polite"></pre>
  </form>`;
}

/** Sends what a form of the page holds, and shows what came back. */
export const explorerScript = `for (const form of document.querySelectorAll("form.try")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const shown = form.querySelector("pre");
    shown.hidden = false;
    try {
      shown.textContent = await send(form.dataset, JSON.parse(form.elements.input.value || "{}"));
    } catch (error) {
      shown.textContent = error instanceof SyntaxError ? "The input is not JSON: " + error.message : String(error);
    }
  });
}

async function send({ method, path }, input) {
  const rest = { ...input };
  let address = path.replace(/:(\\w+)/g, (_, name) => {
    const value = encodeURIComponent(String(rest[name]));
    delete rest[name];
    return value;
  });
  const request = { method, headers: { accept: "application/json, application/problem+json" } };
  if (method === "GET" || method === "DELETE") {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(rest)) {
      for (const item of [value].flat()) query.append(name, String(item));
    }
    if (query.size > 0) address += "?" + query;
  } else {
    request.headers["content-type"] = "application/json";
    request.body = JSON.stringify(rest);
  }
  const response = await fetch(address, request);
  const text = await response.text();
  let body = text;
  try {
    body = JSON.stringify(JSON.parse(text), null, 2);
  } catch {}
  return response.status + " " + response.statusText + "\\n" + body;
}
`;
