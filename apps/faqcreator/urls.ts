import { draw, html, page, type PageRequest, redirect } from "marcot";
import { v1 } from "./contract.ts";
import { createForm } from "./forms.ts";

export const urls = [page("/", home), page("/from/:ticket/", write, publish)];

async function home({ href }: PageRequest) {
  const { tickets } = await v1.candidates({});
  const items = tickets.map(
    ({ id, subject }) => html`<li><a href="${href(`/from/${id}/`)}">${subject}</a></li>`,
  );
  return draw(
    "From ticket to question",
    html`<h1>From ticket to question</h1>
      <p>Resolved tickets, whose answers may help more people than the one who asked.</p>
      ${
        items.length > 0
          ? html`<ul class="list">
              ${items}
            </ul>`
          : html`<p>No resolved tickets yet.</p>`
      }`,
  );
}

async function write({ params }: PageRequest) {
  const { tickets } = await v1.candidates({});
  const ticket = tickets.find(({ id }) => String(id) === params["ticket"]);
  if (!ticket) return draw("Not found", html`<h1>There is no such resolved ticket</h1>`, 404);
  const values = { ticket: String(ticket.id), question: ticket.subject, answer: ticket.answer };
  return draw(
    "Write a question",
    html`<h1>Write a question</h1>
      ${createForm.draw({ values })}`,
  );
}

async function publish({ params, form, hrefOf }: PageRequest) {
  const values = { ...form, ticket: params["ticket"] };
  const sent = await createForm.submit(values);
  if (sent.ok) return redirect(hrefOf("faq", `/questions/${sent.value.entry}/`));
  const drawn = createForm.draw({ values, issues: sent.issues });
  return draw(
    "Write a question",
    html`<h1>Write a question</h1>
      ${drawn}`,
    422,
  );
}
