import { draw, html, page, type PageRequest, redirect } from "marcot";
import { v2 } from "./contract.ts";
import { editForm, searchLabel } from "./forms.ts";

export const urls = [
  page("/", home),
  page("/questions/:id/", show),
  page("/questions/:id/edit/", edit, save),
];

async function home({ query, href }: PageRequest) {
  const search = String(query["search"] ?? "").slice(0, 100);
  const { entries } = await v2.entries({ search });
  const items = entries.map(
    ({ id, question }) => html`<li><a href="${href(`/questions/${id}/`)}">${question}</a></li>`,
  );
  const none = search
    ? html`<p>No question matches “${search}”.</p>`
    : html`<p>No questions yet.</p>`;
  return draw(
    "Questions",
    html`<h1>Questions</h1>
      <form role="search" action="${href("/")}">
        <label for="search">${searchLabel}</label>
        <input id="search" type="search" name="search" maxlength="100" value="${search}" />
        <button type="submit">Search</button>
      </form>
      ${
        items.length > 0
          ? html`<ul class="list">
              ${items}
            </ul>`
          : none
      }`,
  );
}

function idOf({ params }: PageRequest): number | undefined {
  const id = Number(params["id"]);
  return Number.isSafeInteger(id) ? id : undefined;
}

function absent() {
  return draw("Not found", html`<h1>There is no such question</h1>`, 404);
}

async function show(request: PageRequest) {
  const id = idOf(request);
  if (id === undefined) return absent();
  const entry = await v2.entry({ id });
  const { entries } = await v2.entries({ limit: 100 });
  const related = entries.filter((other) => entry.related.includes(other.id));
  const links = related.map(
    (other) =>
      html`<li><a href="${request.href(`/questions/${other.id}/`)}">${other.question}</a></li>`,
  );
  return draw(
    entry.question,
    html`<p><a href="${request.href("/")}">All questions</a></p>
      <h1>${entry.question}</h1>
      <p class="words">${entry.answer || "Not answered yet."}</p>
      ${
        links.length > 0
          ? html`<h2>Related</h2>
              <ul class="list">
                ${links}
              </ul>`
          : ""
      }
      <p><a href="${request.href(`/questions/${id}/edit/`)}">Edit this question</a></p>`,
  );
}

async function edit(request: PageRequest) {
  const id = idOf(request);
  if (id === undefined) return absent();
  const { question, answer, related } = await v2.entry({ id });
  const values = { id: String(id), question, answer, related: related.map(String) };
  return drawEdit(id, values, []);
}

async function save(request: PageRequest) {
  const id = idOf(request);
  if (id === undefined) return absent();
  const values = { ...request.form, id: String(id) };
  const saved = await editForm.submit(values);
  if (saved.ok) return redirect(request.href(`/questions/${id}/`));
  return drawEdit(id, values, saved.issues);
}

type Drawn = NonNullable<Parameters<typeof editForm.draw>[0]>;

async function drawEdit(
  id: number,
  values: NonNullable<Drawn["values"]>,
  issues: NonNullable<Drawn["issues"]>,
) {
  const { entries } = await v2.entries({ limit: 100 });
  const options = entries
    .filter((entry) => entry.id !== id)
    .map((entry) => ({ value: String(entry.id), label: entry.question }));
  const drawn = editForm.draw({ values, issues, controls: { related: { options } } });
  return draw(
    "Edit",
    html`<h1>Edit a question</h1>
      ${drawn}`,
    issues.length > 0 ? 422 : 200,
  );
}
