/**
 * A form is an endpoint's input for people: a labelled control for each field, and every issue beside
 * the control that it concerns. What is sent goes through the contract, as any other call.
 */
import type { Call, DeclaredErrors } from "../contract/endpoint.ts";
import { endpointOf } from "../contract/endpoint.ts";
import type { Fields } from "../contract/field.ts";
import type { Read } from "../contract/guest.ts";
import { fromText, type TextValues } from "../contract/text.ts";
import { codeOf, type Issue, MarcotError } from "../errors.ts";
import { type Control, drawRow, type Row, toRow } from "./control.ts";
import { beforeRepeating, tell } from "./failure.ts";
import { html, type Html } from "./page.ts";

export type { Control } from "./control.ts";

export interface FormOptions<N extends string> {
  readonly controls?: { readonly [K in N]?: Control };
  /** The words on the button. Default: "Send". */
  readonly submit?: string;
}

/** What a form is drawn with: at first its values, later what became of them. */
export interface FormState {
  /** What the controls hold at first. Default: nothing. */
  readonly values?: TextValues;
  /** What was wrong with what was sent before. Default: nothing. */
  readonly issues?: readonly Issue[];
  /** Why what was sent before was not taken, other than by its fields. Default: nothing. */
  readonly failure?: MarcotError | undefined;
  /** The status of the page that shows the form. Default: 200. */
  readonly status?: number;
}

export interface DrawOptions<N extends string> extends FormState {
  /** Where the form is sent. Default: the page itself. */
  readonly action?: string;
  /** Overrides of this drawing, such as the options of a list. Default: none. */
  readonly controls?: { readonly [K in N]?: Control };
}

/** What became of a form that was sent: the endpoint's answer, or what to draw it with again. */
export type Submitted<T> =
  { readonly ok: true; readonly value: T } | ({ readonly ok: false } & Omit<FormState, "values">);

export interface Form<N extends string, T> {
  draw(options?: DrawOptions<N>): Html;
  /** Makes the call. What it fails with is told in the form, so that no person loses what they wrote. */
  submit(values: TextValues): Promise<Submitted<T>>;
}

/** The form of an endpoint: `form(v2.create, { controls: { question: { label: "Your question" } } })`. */
export function form<
  I extends Fields,
  O extends Fields,
  E extends DeclaredErrors,
  K extends Fields,
>(
  call: Call<I, O, E, K>,
  options: FormOptions<keyof I & string> = {},
): Form<keyof I & string, Read<O>> {
  const { input, name } = endpointOf(call);
  const send = call as unknown as (input: unknown) => Promise<Read<O>>; // the call checks its input itself
  return {
    draw: (drawOptions = {}) => drawForm({ name, fields: input as Fields }, options, drawOptions),
    async submit(values) {
      try {
        return { ok: true, value: await send(fromText(input, withBoxes(input as Fields, values))) };
      } catch (error) {
        if (!(error instanceof MarcotError)) throw error;
        const isInput = codeOf(error) === "InvalidInput";
        const { status, errors: issues } = error;
        return { ok: false, status, issues, failure: isInput ? undefined : error };
      }
    },
  };
}

/** A browser does not send a box that is not ticked. */
function withBoxes(fields: Fields, values: TextValues): TextValues {
  const boxes = Object.keys(fields).filter(
    (name) => fields[name]?.kind === "boolean" && values[name] === undefined,
  );
  return { ...values, ...Object.fromEntries(boxes.map((name) => [name, "false"])) };
}

type Controls = { readonly [name: string]: Control | undefined };

function drawForm(
  { name: endpoint, fields }: { readonly name: string; readonly fields: Fields },
  options: FormOptions<string>,
  drawing: DrawOptions<string>,
): Html {
  const { values = {}, issues = [], failure, action } = drawing;
  const controls: Controls = { ...options.controls };
  const own: Controls = { ...drawing.controls };
  const rows = Object.entries(fields).map(([name, field]) =>
    toRow({
      id: `${endpoint}-${name}`,
      name,
      field,
      control: { ...controls[name], ...own[name] },
      value: values[name],
      issues: issues.filter(({ pointer }) => `${pointer}/`.startsWith(`/${name}/`)),
    }),
  );
  const body = html`${failure ? drawFailure(failure) : ""} ${drawSummary(rows)}
    ${rows.map((row) => drawRow(row))} <button type="submit">${options.submit ?? "Send"}</button>`;
  return action === undefined
    ? html`<form method="post" novalidate>${body}</form>`
    : html`<form method="post" action="${action}" novalidate>${body}</form>`;
}

/** Takes the focus, so that who listens hears first what is wrong, and the next Tab is a way there. */
function drawSummary(rows: readonly Row[]): Html | "" {
  const wrong = rows.filter((row) => row.wrong !== "");
  if (wrong.length === 0) return "";
  const items = wrong.map(({ id, label, wrong: why, isHidden }) =>
    isHidden ? html`<li>${label} ${why}</li>` : html`<li><a href="#${id}">${label}</a> ${why}</li>`,
  );
  return html`<div class="notice wrong" role="alert" tabindex="-1" autofocus>
    <p><strong>Something is not right yet.</strong></p>
    <ul>
      ${items}
    </ul>
  </div>`;
}

function drawFailure(failure: MarcotError): Html {
  const { title, text } = tell(failure);
  return html`<div class="notice wrong" role="alert" tabindex="-1" autofocus>
    <p><strong>${title}.</strong> ${text}</p>
    <p>${beforeRepeating[failure.ran]}</p>
  </div>`;
}
