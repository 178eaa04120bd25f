import {
  draw,
  type FormState,
  type Html,
  html,
  hydrate,
  page,
  type PageRequest,
  redirect,
} from "marcot";
import { v2 as faq } from "marcot-faq";
import { v1, v2 } from "./contract.ts";
import { answerForm, openForm, resolveForm } from "./forms.ts";

export const urls = [
  page("/", home),
  page("/new/", ask, sendQuestion),
  page("/show/:id/", show, sendAnswer),
  page("/show/:id/resolved/", show, sendResolved),
];

type Ticket = Awaited<ReturnType<typeof v1.ticket>>;

/** How a status is shown. The word says it; the colour only helps to find it. */
const tones = { open: "waiting", answered: "moving", resolved: "done" } as const;

function drawStatus(status: Ticket["status"]): Html {
  return html`<span class="tag ${tones[status]}">${status}</span>`;
}

const filters = [
  { status: "any", label: "All" },
  { status: "open", label: "Open" },
  { status: "answered", label: "Answered" },
  { status: "resolved", label: "Resolved" },
] as const;

async function home({ query, href }: PageRequest) {
  const { status } = filters.find((one) => one.status === query["status"]) ?? filters[0];
  const { tickets } = await v1.tickets({ status });
  const links = filters.map((one) => {
    const address = one.status === "any" ? href("/") : href(`/?status=${one.status}`);
    return one.status === status
      ? html`<li><a href="${address}" aria-current="true">${one.label}</a></li>`
      : html`<li><a href="${address}">${one.label}</a></li>`;
  });
  const items = tickets.map(
    (ticket) =>
      html`<li>
        <a href="${href(`/show/${ticket.id}/`)}">${ticket.subject}</a>
        <small>${drawDay(ticket.openedAt)}</small>
        ${drawStatus(ticket.status)}
      </li>`,
  );
  return draw(
    "Tickets",
    html`<div class="top">
        <h1>Tickets</h1>
        <a class="button" href="${href("/new/")}">Open a ticket</a>
      </div>
      ${
        status === "any" && items.length === 0
          ? html`<div class="empty"><p>There is no ticket yet. Open the first one.</p></div>`
          : html`<nav aria-label="Show only">
                <ul class="filter">
                  ${links}
                </ul>
              </nav>
              ${drawList(items, status)}`
      }`,
  );
}

function drawList(items: readonly Html[], status: string): Html {
  return items.length > 0
    ? html`<ul class="list">
        ${items}
      </ul>`
    : html`<div class="empty"><p>No ticket is ${status} now.</p></div>`;
}

const days = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" });

function drawDay(moment: Date): Html {
  return html`<time datetime="${moment.toISOString()}">${days.format(moment)}</time>`;
}

function ask(request: PageRequest) {
  return drawAsk(request, {});
}

async function sendQuestion(request: PageRequest) {
  const { form, href } = request;
  const sent = await openForm.submit(form);
  if (sent.ok) return redirect(href(`/show/${sent.value.id}/`));
  return drawAsk(request, { values: form, ...sent });
}

function drawAsk({ href }: PageRequest, state: FormState) {
  return draw(
    "Open a ticket",
    html`<p class="back"><a href="${href("/")}">All tickets</a></p>
      <h1>Open a ticket</h1>
      ${openForm.draw(state)}`,
    state.status,
  );
}

function show(request: PageRequest) {
  return drawTicket(request, {});
}

async function sendAnswer(request: PageRequest) {
  const values = { ...request.form, id: request.params["id"] };
  const sent = await answerForm.submit(values);
  if (sent.ok) return redirect(request.href(`/show/${sent.value.id}/`));
  return drawTicket(request, { values, ...sent });
}

async function sendResolved(request: PageRequest) {
  const sent = await resolveForm.submit({ id: request.params["id"] });
  if (sent.ok) return redirect(request.href(`/show/${sent.value.id}/`));
  return drawTicket(request, sent);
}

async function drawTicket({ params, href, hrefOf }: PageRequest, state: FormState) {
  const ticket = await v2.ticket({ id: Number(params["id"]) });
  // The page is worth showing without the question, while faq cannot be reached.
  const [{ entry } = {}] = await hydrate([ticket], "entry", faq.many, { unreachable: "null" });
  return draw(
    ticket.subject,
    html`<p class="back"><a href="${href("/")}">All tickets</a></p>
      <h1>${ticket.subject}</h1>
      <p class="quiet">
        ${drawStatus(ticket.status)} Ticket ${ticket.id}, opened ${drawDay(ticket.openedAt)}
      </p>
      <p class="words">${ticket.body}</p>
      ${
        ticket.answer
          ? html`<section class="card">
              <h2>Answer</h2>
              <p class="words">${ticket.answer}</p>
            </section>`
          : ""
      }
      ${
        ticket.entry === null
          ? ""
          : html`<p>
              Others ask this too:
              <a href="${hrefOf("faq", `/questions/${ticket.entry}/`)}"
                >${entry?.question ?? "see it among the questions"}</a
              >
            </p>`
      }
      ${drawNext(ticket, state, href)}`,
    state.status,
  );
}

/** What can be done with a ticket now. */
function drawNext(ticket: Ticket, state: FormState, href: PageRequest["href"]): Html {
  const id = String(ticket.id);
  const form = answerForm.draw({ ...state, values: { ...state.values, id } });
  if (ticket.status === "open")
    return html`<h2>Answer this ticket</h2>
      ${form}`;
  if (ticket.status === "resolved") return html`${state.failure ? form : ""}`;
  const resolving = resolveForm.draw({ values: { id }, action: href(`/show/${id}/resolved/`) });
  return html`${resolving}
    <h2>Write another answer instead</h2>
    <div class="second">${form}</div>`;
}
