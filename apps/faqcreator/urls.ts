import { absent, draw, type FormState, html, page, type PageRequest, redirect } from "marcot";
import { v1 } from "./contract.ts";
import { createForm } from "./forms.ts";

export const urls = [page("/", home), page("/from/:ticket/", write, publish)];

async function home({ href }: PageRequest) {
  const { tickets } = await v1.candidates({});
  const items = tickets.map(
    ({ id, subject }) =>
      html`<li>
        <a href="${href(`/from/${id}/`)}">${subject}</a>
        <small>Ticket ${id}</small>
      </li>`,
  );
  return draw(
    "From ticket to question",
    html`<h1>From ticket to question</h1>
      <p class="lead">
        The answer to one person may help many. Choose a resolved ticket and publish it as a
        question with its answer.
      </p>
      ${
        items.length > 0
          ? html`<ul class="list">
              ${items}
            </ul>`
          : html`<div class="empty">
              <p>No ticket is resolved yet. A ticket appears here once it is.</p>
            </div>`
      }`,
  );
}

async function write(request: PageRequest) {
  const { tickets } = await v1.candidates({});
  const ticket = tickets.find(({ id }) => String(id) === request.params["ticket"]);
  if (!ticket) throw absent(`there is no resolved ticket ${request.params["ticket"]}`);
  const values = { ticket: String(ticket.id), question: ticket.subject, answer: ticket.answer };
  return drawWrite(request, { values });
}

async function publish(request: PageRequest) {
  const { params, form, hrefOf } = request;
  const values = { ...form, ticket: params["ticket"] };
  const sent = await createForm.submit(values);
  if (sent.ok) return redirect(hrefOf("faq", `/questions/${sent.value.entry}/`));
  return drawWrite(request, { values, ...sent });
}

function drawWrite({ href }: PageRequest, state: FormState) {
  return draw(
    "Write a question",
    html`<p class="back"><a href="${href("/")}">All resolved tickets</a></p>
      <h1>Write a question</h1>
      ${createForm.draw(state)}`,
    state.status,
  );
}
