/** A row of a form: a field of a contract as a control that a browser has, with label, hint and what is wrong. */
import type { Field } from "../contract/field.ts";
import type { Issue } from "../errors.ts";
import { html, type Html, raw } from "./page.ts";

export interface Control {
  /** What a person reads beside the control. Default: the field's name. */
  readonly label?: string;
  /** One sentence of help. Default: none. */
  readonly hint?: string;
  /** Default: by the field: a line, a number, a box to tick, a choice. */
  readonly as?: "line" | "paragraph" | "hidden";
  /** What can be chosen, instead of writing it: for a list any number of them. Default: none. */
  readonly options?: readonly Option[];
}

interface Option {
  readonly value: string;
  readonly label: string;
}

interface RowParts {
  readonly id: string;
  readonly name: string;
  readonly field: Field;
  readonly control: Control;
  readonly value: string | readonly string[] | undefined;
  readonly issues: readonly Issue[];
}

export interface Row {
  readonly id: string;
  readonly name: string;
  readonly label: string;
  readonly hint: string;
  /** Without what makes it nullable. */
  readonly field: Field;
  readonly as: Control["as"];
  readonly isHidden: boolean;
  readonly isRequired: boolean;
  readonly options: readonly Option[] | undefined;
  /** What it holds: one value, but for a list. */
  readonly values: readonly string[];
  /** What is wrong with it, in words; empty when nothing is. */
  readonly wrong: string;
}

export function toRow({ id, name, field: whole, control, value, issues }: RowParts): Row {
  const field = whole.kind === "nullable" ? (whole.rule.item ?? whole) : whole;
  const isRequired = whole.presence === "required" && whole.kind !== "nullable";
  const fallback = field.kind === "choice" ? whole.default : undefined;
  const mayBeEmpty = !isRequired && fallback === undefined;
  const { label = name, hint = "", as, options = optionsOf(field, mayBeEmpty) } = control;
  const values = typeof value === "string" ? [value] : (value ?? [String(fallback ?? "")]);
  const [issue] = issues;
  return {
    id,
    name,
    label,
    hint,
    field,
    as,
    isHidden: as === "hidden",
    isRequired,
    options,
    values,
    wrong: issue ? adviceOf(issue, field, values[0] ?? "") : "",
  };
}

function optionsOf({ rule }: Field, mayBeEmpty: boolean): Option[] | undefined {
  const words = rule.values?.map((word) => ({ value: word, label: word }));
  return words && mayBeEmpty ? [{ value: "", label: "–" }, ...words] : words;
}

function adviceOf(issue: Issue, { kind, rule }: Field, value: string): string {
  if (value === "" && kind !== "list" && kind !== "boolean") return "Please fill this in.";
  const length = [...value].length;
  if (kind === "text" && rule.max !== undefined && length > rule.max)
    return `Please write at most ${rule.max} characters; these are ${length}.`;
  return `This must be ${issue.expected}.`;
}

export function drawRow(row: Row): Html {
  const { id, name, label, field, hint, wrong, options } = row;
  const value = row.values[0] ?? "";
  if (row.isHidden) return html`<input type="hidden" name="${name}" value="${value}" />`;
  const optional =
    row.isRequired || field.kind === "boolean" ? "" : html`<span class="quiet">(optional)</span>`;
  const help = html`${hint ? html`<p class="hint" id="${id}-hint">${hint}</p>` : ""}
  ${wrong ? html`<p class="error" id="${id}-error">${wrong}</p>` : ""}`;
  if (field.kind === "list" && options) {
    return html`<fieldset
      ${attributes({ id, tabindex: "-1", "aria-describedby": describedBy(row) })}
    >
      <legend>${label} ${optional}</legend>
      ${help} ${options.map((option) => drawBox(row, option))}
      ${options.length > 0 ? "" : html`<p class="quiet">There is nothing to choose from yet.</p>`}
    </fieldset>`;
  }
  if (field.kind === "boolean") {
    return html`<div class="field">
      <label class="box">${drawControl(row, value)} ${label}</label>
      ${help}
    </div>`;
  }
  return html`<div class="field">
    <label for="${id}">${label} ${optional}</label>
    ${help} ${drawControl(row, value)}
  </div>`;
}

function drawBox({ name, values }: Row, option: Option): Html {
  const own = attributes({ name, value: option.value, checked: values.includes(option.value) });
  return html`<label class="box"><input type="checkbox" ${own} /> ${option.label}</label>`;
}

function drawControl(row: Row, value: string): Html {
  const { field, options } = row;
  const own = {
    id: row.id,
    name: row.name,
    "aria-required": row.isRequired && field.kind !== "boolean" ? "true" : false,
    "aria-invalid": row.wrong ? "true" : false,
    "aria-describedby": describedBy(row),
  };
  if (options) {
    const items = options.map((option) => {
      const chosen = attributes({ value: option.value, selected: option.value === value });
      return html`<option ${chosen}>${option.label}</option>`;
    });
    return html`<select ${attributes(own)}>
      ${items}
    </select>`;
  }
  if (field.kind === "boolean")
    return html`<input
      type="checkbox"
      ${attributes({ ...own, checked: value === "on" || value === "true" })}
    />`;
  // HTML drops a line break right after the tag: this one, and not the value's own first.
  if (row.as === "paragraph")
    return html`<textarea rows="6" ${attributes(own)}>${`\n${value}`}</textarea>`;
  return html`<input ${attributes({ ...own, ...kindOf(field), value: value || false })} />`;
}

/** Numbers are typed as text: a number control throws away what it does not understand. */
function kindOf({ kind, rule }: Field): Attributes {
  if (kind === "date") return { type: "date" };
  const isWhole = kind === "integer" && (rule.min ?? -1) >= 0; // some number pads have no minus
  return { type: "text", inputmode: isWhole ? "numeric" : false };
}

function describedBy({ id, hint, wrong }: Row): string | false {
  const ids = [hint ? `${id}-hint` : "", wrong ? `${id}-error` : ""].filter(Boolean);
  return ids.join(" ") || false;
}

type Attributes = Readonly<Record<string, string | boolean>>;

/** Writes only those that say something: `true` is the bare name, `false` is left out. */
function attributes(values: Attributes): Html[] {
  return Object.entries(values).flatMap(([name, value]) => {
    if (value === false) return [];
    return value === true ? [html`${raw(name)} `] : [html`${raw(name)}="${value}" `];
  });
}
