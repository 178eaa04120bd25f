import { draw, type FormState, type Html, html, page, type PageRequest, redirect } from "marcot";
import { v2 } from "./contract.ts";
import { editForm, searchLabel } from "./forms.ts";

export const urls = [
  page("/", home),
  page("/questions/:id/", show),
  page("/questions/:id/edit/", edit, save),
];

/** The most that the contract gives at once. */
const LISTED_MAX = 100;

async function home({ query, href }: PageRequest) {
  const search = String(query["search"] ?? "")
    .slice(0, 100)
    .trim();
  const { entries } = await v2.entries({ search, limit: LISTED_MAX });
  const items = entries.map(
    ({ id, question }) => html`<li><a href="${href(`/questions/${id}/`)}">${question}</a></li>`,
  );
  const isEmpty = items.length === 0 && search === "";
  return draw(
    search ? `“${search}” in the questions` : "Questions",
    html`<h1>Questions</h1>
      ${
        isEmpty
          ? html`<div class="empty"><p>There is no question yet.</p></div>`
          : drawSearch(search, href("/"))
      }
      ${search ? drawFound(search, items.length, href("/")) : ""}
      ${
        items.length > 0
          ? html`<ul class="list">
              ${items}
            </ul>`
          : ""
      }`,
  );
}

function drawSearch(search: string, action: string): Html {
  return html`<form class="search" role="search" action="${action}">
    <label for="search">${searchLabel}</label>
    <input id="search" type="search" name="search" maxlength="100" value="${search}" />
    <button type="submit">Search</button>
  </form>`;
}

function drawFound(search: string, count: number, all: string): Html {
  const many = count === LISTED_MAX ? `the newest ${LISTED_MAX}` : String(count);
  const words =
    count === 0
      ? html`No question contains “${search}”.`
      : count === 1
        ? html`1 question contains “${search}”.`
        : html`${many} questions contain “${search}”.`;
  return html`<p role="status">${words} <a href="${all}">Show all questions</a></p>`;
}

async function show({ params, href }: PageRequest) {
  const entry = await v2.entry({ id: Number(params["id"]) });
  const { entries } =
    entry.related.length > 0 ? await v2.entries({ limit: LISTED_MAX }) : { entries: [] };
  const links = entries
    .filter((other) => entry.related.includes(other.id))
    .map(
      (other) => html`<li><a href="${href(`/questions/${other.id}/`)}">${other.question}</a></li>`,
    );
  return draw(
    entry.question,
    html`<p class="back"><a href="${href("/")}">All questions</a></p>
      <h1>${entry.question}</h1>
      ${
        entry.answer
          ? html`<p class="words">${entry.answer}</p>`
          : html`<p class="quiet">Nobody has written an answer yet.</p>`
      }
      ${
        links.length > 0
          ? html`<h2>Related questions</h2>
              <ul class="list">
                ${links}
              </ul>`
          : ""
      }
      <p><a href="${href(`/questions/${entry.id}/edit/`)}">Edit this question</a></p>`,
  );
}

async function edit(request: PageRequest) {
  const { id, question, answer, related } = await v2.entry({ id: Number(request.params["id"]) });
  const values = { id: String(id), question, answer, related: related.map(String) };
  return drawEdit(request, id, { values });
}

async function save(request: PageRequest) {
  const values = { ...request.form, id: request.params["id"] };
  const saved = await editForm.submit(values);
  if (saved.ok) return redirect(request.href(`/questions/${saved.value.id}/`));
  return drawEdit(request, Number(values.id), { values, ...saved });
}

async function drawEdit({ href }: PageRequest, id: number, state: FormState) {
  const { entries } = await v2.entries({ limit: LISTED_MAX });
  const options = entries
    .filter((entry) => entry.id !== id)
    .map((entry) => ({ value: String(entry.id), label: entry.question }));
  return draw(
    "Edit a question",
    html`<p class="back"><a href="${href(`/questions/${id}/`)}">Back to the question</a></p>
      <h1>Edit a question</h1>
      ${editForm.draw({ ...state, controls: { related: { options } } })}`,
    state.status,
  );
}
