import { codeOf, draw, type Html, html, page, type PageRequest, redirect } from "marcot";
import { v1 } from "./contract.ts";
import { answerForm, openForm, resolveForm } from "./forms.ts";

export const urls = [
  page("/", home),
  page("/new/", ask, sendQuestion),
  page("/show/:id/", show, sendAnswer),
  page("/show/:id/resolved/", show, sendResolved),
];

async function home({ href }: PageRequest) {
  const { tickets } = await v1.tickets({});
  const items = tickets.map(
    ({ id, subject, status }) =>
      html`<li>
        <a href="${href(`/show/${id}/`)}">${subject}</a> <span class="tag">${status}</span>
      </li>`,
  );
  const list =
    items.length > 0
      ? html`<ul class="list">
          ${items}
        </ul>`
      : html`<p>No tickets yet.</p>`;
  return draw(
    "Tickets",
    html`<h1>Tickets</h1>
      <p><a class="button" href="${href("/new/")}">Open a ticket</a></p>
      ${list}`,
  );
}

function ask() {
  return drawAsk(openForm.draw());
}

async function sendQuestion({ form, href }: PageRequest) {
  const sent = await openForm.submit(form);
  if (sent.ok) return redirect(href(`/show/${sent.value.id}/`));
  return drawAsk(openForm.draw({ values: form, issues: sent.issues }), 422);
}

function drawAsk(drawn: Html, status = 200) {
  return draw(
    "Open a ticket",
    html`<h1>Open a ticket</h1>
      ${drawn}`,
    status,
  );
}

function show(request: PageRequest) {
  return drawTicket(request, answerForm.draw({ values: { id: request.params["id"] } }));
}

async function sendAnswer(request: PageRequest) {
  const values = { ...request.form, id: request.params["id"] };
  try {
    const sent = await answerForm.submit(values);
    if (sent.ok) return redirect(request.href(`/show/${sent.value.id}/`));
    return await drawTicket(request, answerForm.draw({ values, issues: sent.issues }), 422);
  } catch (error) {
    if (codeOf(error) !== "AlreadyResolved") throw error;
    return redirect(request.href(`/show/${request.params["id"]}/`));
  }
}

async function sendResolved(request: PageRequest) {
  const sent = await resolveForm.submit({ id: request.params["id"] });
  if (!sent.ok) return draw("Not found", html`<h1>There is no such ticket</h1>`, 404);
  return redirect(request.href(`/show/${sent.value.id}/`));
}

async function drawTicket({ params, href }: PageRequest, answering: Html, status = 200) {
  const id = Number(params["id"]);
  if (!Number.isSafeInteger(id))
    return draw("Not found", html`<h1>There is no such ticket</h1>`, 404);
  const ticket = await v1.ticket({ id });
  const resolving = resolveForm.draw({
    values: { id: String(id) },
    action: href(`/show/${id}/resolved/`),
  });
  return draw(
    ticket.subject,
    html`<p><a href="${href("/")}">All tickets</a></p>
      <h1>${ticket.subject}</h1>
      <p><span class="tag">${ticket.status}</span></p>
      <p class="words">${ticket.body}</p>
      ${
        ticket.answer
          ? html`<h2>Answer</h2>
              <p class="words">${ticket.answer}</p>`
          : ""
      }
      ${ticket.status === "resolved" ? "" : answering}
      ${ticket.status === "answered" ? resolving : ""}`,
    status,
  );
}
