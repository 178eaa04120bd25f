/** The part of `check` that tries the examples of fields: people copy them, and an app that is fake answers with them. */
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { checkOf } from "../../contract/compile.ts";
import { aboutOf, type AnyContract, isServed, versionsOf } from "../../contract/contract.ts";
import type { Field, Fields } from "../../contract/field.ts";
import { isGuest, type Shape } from "../../contract/guest.ts";
import type { Issue } from "../../errors.ts";
import { lineOf, type Wanted } from "./contract-source.ts";
import { type Finding, toFinding } from "./findings.ts";

export interface ExamplesOf {
  /** The folder of settings.ts. */
  readonly project: string;
  /** contract.ts */
  readonly path: string;
}

export function checkExamples(newest: AnyContract, { project, path }: ExamplesOf): Finding[] {
  // A later version has the fields of the earlier ones, and most of them are told there.
  const told = new Set<Field>();
  const text = readFileSync(path, "utf8");
  return versionsOf(newest)
    .filter(isServed)
    .map(aboutOf)
    .flatMap(({ app, version, endpoints, events }) => {
      const messages = [
        ...endpoints.flatMap(({ name, input, output }): Message[] => [
          { endpoint: name, side: "request", shape: input },
          { endpoint: name, side: "reply", shape: output },
        ]),
        ...events.map(({ name, fields }): Message => {
          return { endpoint: name, side: undefined, shape: fields };
        }),
      ];
      return messages.flatMap(({ endpoint, side, shape }) =>
        wrongIn(shape, [], told).map(({ fields, issue }) => {
          const line = lineOf(path, text, { version, endpoint, side, fields });
          const file = relative(project, path);
          const where = line === undefined ? { file } : { file, line };
          const name = [app, version, endpoint, ...fields].join(".");
          const what = `an example of ${name} does not fit it: expected ${issue.expected}, got ${issue.got}`;
          return toFinding("contracts.E007", where, what, "Correct the example, or the field.");
        }),
      );
    });
}

interface Message extends Pick<Wanted, "endpoint" | "side"> {
  readonly shape: Shape;
}

interface Wrong {
  readonly fields: readonly string[];
  readonly issue: Issue;
}

/** The examples of a guest are its own library's matter. */
function wrongIn(shape: Shape, path: readonly string[], told: Set<Field>): Wrong[] {
  if (isGuest(shape)) return [];
  return Object.entries(shape).flatMap(([name, field]) => wrongOf(field, [...path, name], told));
}

function wrongOf(field: Field, fields: readonly string[], told: Set<Field>): Wrong[] {
  if (told.has(field)) return [];
  told.add(field);
  const { item, fields: inner } = field.rule;
  const { examples } = field.schema;
  const wrong = (Array.isArray(examples) ? (examples as readonly unknown[]) : []).flatMap((one) => {
    const [issue] = issuesOf(field, one);
    return issue === undefined ? [] : [{ fields, issue }];
  });
  return [
    ...wrong,
    ...(item === undefined ? [] : wrongOf(item, fields, told)),
    ...(inner === undefined ? [] : wrongIn(inner, fields, told)),
  ];
}

const EXAMPLE = "example";

function issuesOf(field: Field, example: unknown): readonly Issue[] {
  const issues: Issue[] = [];
  const alone: Fields = { [EXAMPLE]: field };
  checkOf(alone, "copy", EXAMPLE)({ [EXAMPLE]: example }, issues);
  return issues;
}
