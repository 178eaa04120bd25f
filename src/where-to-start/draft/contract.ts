/**
 * A first contract of a unit: what other units take from it today, as endpoints. It compiles as it is; what a
 * function returns nobody wrote down, so that is left to whoever knows.
 */
import { bySpelling } from "../order.ts";
import { cleanText } from "../report/clean.ts";
import type { UnitFacts } from "../score/facts.ts";
import { type Calls, NO_CALLS } from "./methods/read.ts";
import { type Field, fieldsOf, nameOf } from "./fields.ts";
import type { Row } from "./rows/types.ts";
import { type Named, namedIn, referredIn, type Taken, takenOf } from "./taken.ts";

interface Endpoint {
  readonly name: string;
  readonly comment: readonly string[];
  readonly code: readonly string[];
}

/** What only the draft of one unit needs to know. */
interface Read {
  /** What others call of classes and modules. */
  readonly calls?: Calls;
  /** Of the models that are taken, by their names. */
  readonly rows?: ReadonlyMap<string, Row>;
}

/** The text of a `contract.ts`. */
export function draftContract(
  unit: UnitFacts,
  { calls = NO_CALLS, rows = new Map() }: Read = {},
): string {
  const taken = takenOf(unit, calls);
  const app = appNameOf(unit.place.name);
  const endpoints = named([
    ...taken.filter(({ made }) => made?.is === "function").map(toCall),
    ...toMethods(calls),
    ...taken
      .filter(({ made }) => made?.is === "model")
      .map((one) => toRows(one, rows.get(one.name) ?? IDS)),
  ]);
  const rest = taken.filter(
    ({ name, made }) => made?.is !== "function" && made?.is !== "model" && !calls.offered.has(name),
  );
  const lists = listsOf(unit, { rest, wiring: calls.wiring });
  const code = endpoints.flatMap((endpoint) => endpoint.code);
  const body = endpoints.flatMap(({ comment, name, code: lines }) => [
    "  /**",
    ...comment.map((line) => `   * ${safe(line)}`),
    "   */",
    `  ${name}: ${lines[0] ?? ""}`,
    ...lines.slice(1).map((line) => `  ${line}`),
  ]);
  return [
    "/**",
    ` * A first contract of ${safe(unit.place.name)}: what other units take from it today. Say what each returns, and`,
    " * drop what nobody should need. Input of which no type was found is `json()`.",
    ...(endpoints.length === 0 ? whyEmpty(lists.length > 0) : []),
    ...lists,
    " */",
    `import { ${importsOf(code.join("\n")).join(", ")} } from "marcot/contract";`,
    "",
    `export const v1 = contract("${app}/v1", {`,
    ...body,
    "});",
    "",
  ].join("\n");
}

function whyEmpty(isTaken: boolean): string[] {
  return isTaken
    ? [
        " *",
        " * It is empty: of what is listed here none is a function or a model, that would be an endpoint by itself.",
      ]
    : [
        " *",
        " * It is empty: nothing was found that others take, neither by import nor by name. What is put together",
        " * only at run time is not found.",
      ];
}

function listsOf(
  unit: UnitFacts,
  { rest, wiring }: { readonly rest: readonly Taken[]; readonly wiring: ReadonlySet<string> },
): string[] {
  return [
    ...listOf(
      "Taken as well, and no endpoint yet (a class, a constant, a module): copy it, or offer what it is for.",
      rest.filter(({ name }) => !wiring.has(name)).map(toNamed),
    ),
    ...listOf(
      "Taken by name, where no import shows it, and no endpoint yet: offer what it is for.",
      namedIn(unit),
    ),
    ...listOf(
      "Rows that others refer to by foreign keys, of which ids are left:",
      referredIn(unit),
    ),
    ...listOf(
      "Wiring, that goes with the unit:",
      rest.filter(({ name }) => wiring.has(name)).map(toNamed),
    ),
  ];
}

function toNamed({ name, callers, made }: Taken): Named {
  const from = made === undefined ? "" : `, ${made.file}:${made.line}`;
  return { what: `${name}${from}`, places: callers };
}

function listOf(title: string, taken: readonly Named[]): string[] {
  if (taken.length === 0) return [];
  const lines = taken.map(({ what, places }) => ` *   ${safe(what)}: ${safe(places.join(", "))}`);
  return [" *", ` * ${title}`, ...lines];
}

/** A comment must not end where what was read says so, nor steer who reads it. */
function safe(text: string): string {
  return cleanText(text.replaceAll(/\s+/g, " ")).replaceAll("*/", "* /");
}

function toCall({ name, callers, made }: Taken): Endpoint {
  const parameters = made?.parameters ?? "()";
  return {
    name: nameOf(camel(name)),
    comment: [
      `${name}${parameters}, ${made?.file}:${made?.line}`,
      `Called by ${callers.join(", ")}`,
    ],
    code: postOf(name, parameters),
  };
}

/** One for each method; where several classes have one of that name, with the class before it. */
function toMethods({ methods }: Calls): Endpoint[] {
  const sorted = methods.toSorted(
    (a, b) => bySpelling(a.owner, b.owner) || bySpelling(a.name, b.name),
  );
  const owners = Map.groupBy(sorted, ({ name }) => camel(name));
  return sorted.map(({ owner, name, parameters, returns, file, line, callers }) => {
    const isAlone = owners.get(camel(name))?.length === 1;
    const full = isAlone ? name : `${owner.replace(/Service$/, "")}_${capital(name)}`;
    return {
      name: nameOf(camel(full)),
      comment: [
        `${owner}.${name}${parameters}${returns === undefined ? "" : `: ${returns}`}, ${file}:${line}`,
        `Called by ${callers.join(", ")}`,
      ],
      code: postOf(full, parameters),
    };
  });
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function postOf(name: string, parameters: string): string[] {
  return [
    `post("/${pathOf(name)}/", {`,
    ...blockOf("input", fieldsOf(parameters)),
    "  output: {},",
    "}),",
  ];
}

/** Of a model of which nothing was read. */
const IDS: Row = {
  key: "integer()",
  columns: [{ name: "id", field: "integer()" }],
  notes: ["Its columns were not read: add them."],
};

/** Rows are asked for by their ids. */
function toRows({ name, callers, made }: Taken, { key, columns, notes }: Row): Endpoint {
  return {
    name: nameOf(camel(name)),
    comment: [
      `Rows of ${name}, ${made?.file}:${made?.line}`,
      `Used by ${callers.join(", ")}`,
      ...notes,
    ],
    code: [
      `get("/${pathOf(name)}/", {`,
      `  input: { ids: list(${key}, { max: 200 }) },`,
      "  output: {",
      "    rows: list(",
      "      object({",
      ...columns.map(
        ({ name: column, field, comment }) =>
          `        ${column}: ${field},${comment === undefined ? "" : ` // ${safe(comment)}`}`,
      ),
      "      }),",
      "    ),",
      "  },",
      "}),",
    ],
  };
}

function blockOf(title: string, fields: readonly Field[]): string[] {
  if (fields.length === 0) return [`  ${title}: {},`];
  return [`  ${title}: {`, ...fields.map(({ name, field }) => `    ${name}: ${field},`), "  },"];
}

/** Two of one name get numbers. */
function named(endpoints: readonly Endpoint[]): Endpoint[] {
  const counts = new Map<string, number>();
  return endpoints
    .filter(({ name }) => name !== "")
    .map((endpoint) => {
      const count = (counts.get(endpoint.name) ?? 0) + 1;
      counts.set(endpoint.name, count);
      if (count === 1) return endpoint;
      const code = endpoint.code.map((line, index) =>
        index === 0 ? line.replace(/\/",? ?\{?/, (end) => `-${count}${end}`) : line,
      );
      return { ...endpoint, name: `${endpoint.name}${count}`, code };
    });
}

function importsOf(body: string): string[] {
  const all =
    "binary boolean choice date datetime decimal get integer json list nullable number object optional post text uuid".split(
      " ",
    );
  return ["contract", ...all.filter((name) => new RegExp(`\\b${name}\\(`).test(body))].toSorted();
}

function camel(name: string): string {
  return name.replaceAll(/_+([a-zA-Z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function pathOf(name: string): string {
  return name
    .replace(/^_+/, "")
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replaceAll(/[^A-Za-z0-9]+/g, "-")
    .toLowerCase();
}

/** As the name of an app has to be. */
function appNameOf(name: string): string {
  const last = name.split(/[/.]/).at(-1) ?? name;
  const bare = last
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1-$2")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^[-\d]+|-+$/g, "");
  return (bare || "app").slice(0, 40).replace(/-+$/, "");
}
