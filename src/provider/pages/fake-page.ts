/** What a person finds in the place of the pages of an app that is fake; programs get a problem document. */
import { type Drawing, html } from "../../app/page.ts";
import { MarcotError } from "../../errors.ts";
import { apiVariableOf } from "../../project/addresses.ts";

export function fakeProblem(app: string): MarcotError {
  const variable = apiVariableOf(app);
  const message = `${app} is fake here (${variable}=fake:): its endpoints answer from its contract, and it has no pages`;
  const fix = `Take ${variable} away, or make it the address of ${app}, to see its pages.`;
  return new MarcotError("Unavailable", message, { fix });
}

export function drawFakePage(app: string, home: string): Drawing {
  const { message, fix, status } = fakeProblem(app);
  const body = html`<h1>This part is fake for now</h1>
    <p>The people who build this site run it without the real ${app}. Nothing is stored here.</p>
    <p><a href="${home}">Go to the first page</a></p>
    <details>
      <summary>For the people who run this site</summary>
      <p>${message}.</p>
      <p>${fix}</p>
    </details>`;
  return { title: "This part is fake for now", body, status };
}
