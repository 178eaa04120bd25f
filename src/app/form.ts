/**
 * A form is an endpoint's input for people: a labelled control for each field, and every issue beside
 * the control that it concerns. What is sent goes through the contract, as any other call.
 */
import type { Call, DeclaredErrors } from "../contract/endpoint.ts";
import { endpointOf } from "../contract/endpoint.ts";
import type { Field, Fields } from "../contract/field.ts";
import type { Read } from "../contract/guest.ts";
import { fromText, type TextValues } from "../contract/text.ts";
import { codeOf, type Issue, MarcotError } from "../errors.ts";
import { html, type Html } from "./page.ts";

export interface Control {
  /** What a person reads beside the control. Default: the field's name. */
  readonly label?: string;
  /** One sentence of help. Default: none. */
  readonly hint?: string;
  /** Default: by the field: a line, a number, a box to tick, a choice. */
  readonly as?: "line" | "paragraph" | "hidden";
  /** What can be chosen for a list, instead of writing it. Default: none. */
  readonly options?: readonly { readonly value: string; readonly label: string }[];
}

export interface FormOptions<N extends string> {
  readonly controls?: { readonly [K in N]?: Control };
  /** The words on the button. Default: "Send". */
  readonly submit?: string;
}

export interface DrawOptions<N extends string> {
  /** Where the form is sent. Default: the page itself. */
  readonly action?: string;
  /** What the controls hold at first. Default: nothing. */
  readonly values?: TextValues;
  /** What was wrong with what was sent before. Default: nothing. */
  readonly issues?: readonly Issue[];
  /** Overrides of this drawing, such as the options of a list. Default: none. */
  readonly controls?: { readonly [K in N]?: Control };
}

/** What became of a form that was sent: the endpoint's answer, or what to put right. */
export type Submitted<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly issues: readonly Issue[] };

export interface Form<N extends string, T> {
  draw(options?: DrawOptions<N>): Html;
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
  const { input } = endpointOf(call);
  const send = call as unknown as (input: unknown) => Promise<Read<O>>; // the call checks its input itself
  return {
    draw: (drawOptions = {}) => drawForm(input as Fields, options, drawOptions),
    async submit(values) {
      try {
        return { ok: true, value: await send(fromText(input, withBoxes(input as Fields, values))) };
      } catch (error) {
        if (error instanceof MarcotError && codeOf(error) === "InvalidInput")
          return { ok: false, issues: error.errors };
        throw error;
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
  fields: Fields,
  options: FormOptions<string>,
  drawing: DrawOptions<string>,
): Html {
  const { values = {}, issues = [], action = "" } = drawing;
  const controls: Controls = { ...options.controls };
  const own: Controls = { ...drawing.controls };
  const rows = Object.entries(fields).map(([name, field]) =>
    drawRow({
      name,
      field,
      control: { ...controls[name], ...own[name] },
      value: values[name],
      issues: issuesOf(issues, name),
    }),
  );
  return html`<form method="post" action="${action}" novalidate>
    ${issues.length > 0 ? html`<p role="alert">Something is not right yet. Please look at the marked fields.</p>` : ""}
    ${rows}
    <button type="submit">${options.submit ?? "Send"}</button>
  </form>`;
}

function issuesOf(issues: readonly Issue[], name: string): Issue[] {
  return issues.filter(({ pointer }) => pointer === `/${name}` || pointer.startsWith(`/${name}/`));
}

interface Row {
  readonly name: string;
  readonly field: Field;
  readonly control: Control;
  readonly value: string | readonly string[] | undefined;
  readonly issues: readonly Issue[];
}

function drawRow(row: Row): Html {
  const { name, control, issues } = row;
  if (control.as === "hidden")
    return html`<input type="hidden" name="${name}" value="${firstOf(row.value)}" />`;
  const id = `field-${name}`;
  const hint = control.hint ? html`<small id="${id}-hint">${control.hint}</small>` : "";
  const wrong = issues.map((issue) => `Expected ${issue.expected}.`).join(" ");
  const error = wrong ? html`<p class="error" id="${id}-error">${wrong}</p>` : "";
  return html`<div class="field">
    <label for="${id}"
      >${control.label ?? name}${row.field.presence === "required" ? "" : html` <span class="quiet">(optional)</span>`}</label
    >
    ${drawControl(row, id)} ${hint} ${error}
  </div>`;
}

function firstOf(value: string | readonly string[] | undefined): string {
  return typeof value === "string" ? value : (value?.[0] ?? "");
}

function drawControl({ name, field, control, value, issues }: Row, id: string): Html {
  const inner = field.kind === "nullable" ? (field.rule.item ?? field) : field;
  const described = [control.hint ? `${id}-hint` : "", issues.length > 0 ? `${id}-error` : ""]
    .filter(Boolean)
    .join(" ");
  const invalid = issues.length > 0 ? "true" : "false";
  const required = field.presence === "required" ? "true" : "false";
  const text = firstOf(value);
  const options =
    control.options ?? inner.rule.values?.map((word) => ({ value: word, label: word }));
  if (options !== undefined) {
    const chosen = typeof value === "string" ? [value] : (value ?? []);
    const items = options.map((option) =>
      chosen.includes(option.value)
        ? html`<option value="${option.value}" selected>${option.label}</option>`
        : html`<option value="${option.value}">${option.label}</option>`,
    );
    return inner.kind === "list"
      ? html`<select
          id="${id}"
          name="${name}"
          multiple
          aria-describedby="${described}"
          aria-invalid="${invalid}"
        >
          ${items}
        </select>`
      : html`<select
          id="${id}"
          name="${name}"
          aria-required="${required}"
          aria-describedby="${described}"
          aria-invalid="${invalid}"
        >
          ${items}
        </select>`;
  }
  if (inner.kind === "boolean") {
    return text === "on" || text === "true"
      ? html`<input
          type="checkbox"
          id="${id}"
          name="${name}"
          checked
          aria-describedby="${described}"
        />`
      : html`<input type="checkbox" id="${id}" name="${name}" aria-describedby="${described}" />`;
  }
  if (control.as === "paragraph") {
    return html`<textarea
      id="${id}"
      name="${name}"
      rows="5"
      aria-required="${required}"
      aria-describedby="${described}"
      aria-invalid="${invalid}"
    >
${text}</textarea>`;
  }
  return html`<input
    id="${id}"
    name="${name}"
    type="${typeOf(inner)}"
    value="${text}"
    aria-required="${required}"
    aria-describedby="${described}"
    aria-invalid="${invalid}"
  />`;
}

function typeOf({ kind }: Field): string {
  if (kind === "integer" || kind === "number") return "number";
  return kind === "date" ? "date" : "text";
}
