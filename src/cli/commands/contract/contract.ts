/** `marcot contract`: the lock, what changed between two contracts, and what a row of the table of changes means. */
import { Argument, type Command, Option } from "commander";
import { MarcotError } from "../../../errors.ts";
import type { As } from "../../../compare/diff.ts";
import type { Format } from "../../../compare/report.ts";
import { reportUsage } from "../../terminal/report.ts";
import { style } from "../../terminal/style.ts";
import { addLock } from "./lock.ts";
import { addContractRemove } from "./remove.ts";
import { addContractUsage } from "./usage.ts";
import { addContractUses } from "./uses.ts";
import { addContractPull } from "./pull.ts";

interface DiffFlags {
  readonly as?: As;
  readonly json?: boolean;
  readonly format: Format;
}

const COLOURS = {
  breaking: "red",
  "cannot-prove": "red",
  warning: "yellow",
  safe: "green",
} as const;

export function addContract(program: Command): void {
  const contract = program
    .command("contract")
    .description("lock contracts, compare them, see who calls which version, and remove one")
    .addHelpText(
      "after",
      "\nExamples:\n  marcot contract lock\n  marcot contract usage faq\n  marcot contract diff old.json new.json --as event\n  marcot contract explain 57",
    );
  addLock(contract);
  contract
    .command("diff")
    .argument("<old>", "a lock, a JSON Schema, or an OpenAPI 3.0 or 3.1 document (JSON or YAML)")
    .argument("<new>", "the same kind of file, as it is now")
    .description("say which changes old callers would not survive, with an example for each")
    .addOption(
      new Option("--as <use>", "how two JSON Schemas are used").choices([
        "request",
        "response",
        "event",
      ]),
    )
    .option("--json", "as JSON, for scripts; the same as --format json")
    .addOption(
      new Option("--format <format>", "how findings are written")
        .choices(["text", "json", "github", "junit", "markdown"])
        .default("text"),
    )
    .addHelpText(
      "after",
      "\nExits with 0 when nothing breaks (warnings are allowed), 1 when something does, 2 when used wrongly.\n\nExamples:\n  marcot contract diff old/contract.lock contract.lock\n  marcot contract diff v1.yaml v2.yaml --format markdown\n  marcot contract diff old.json new.json --as event",
    )
    .action(runDiff);
  contract
    .command("explain")
    .addArgument(
      new Argument("<number>", "the number in brackets behind a finding").argParser(Number),
    )
    .description("what a row of the table of changes means, and what to do")
    .addHelpText("after", "\nExamples:\n  marcot contract explain 57")
    .action(explain);
  addContractUses(contract);
  addContractUsage(contract);
  addContractRemove(contract);
  addContractPull(contract);
}

async function runDiff(
  old: string,
  fresh: string,
  { as, json = false, format }: DiffFlags,
): Promise<void> {
  // Loaded only here: no other command needs them.
  const { diff, readDocument } = await import("../../../compare/diff.ts");
  const { report } = await import("../../../compare/report.ts");
  const { isBreak } = await import("../../../compare/finding.ts");
  try {
    const findings = diff(await readDocument(old), await readDocument(fresh), { as });
    const text = report(findings, json ? "json" : format, fresh, (verdict, word) =>
      style(COLOURS[verdict], word),
    );
    if (text !== "") console.log(text);
    process.exitCode = findings.some(isBreak) ? 1 : 0;
  } catch (error) {
    reportUsage(error);
  }
}

async function explain(number: number): Promise<void> {
  const { RULES, ruleOf } = await import("../../../compare/rules.ts");
  const rule = ruleOf(number);
  if (rule === undefined) {
    const message = `there is no such row; they are numbered from 1 to ${RULES.length}`;
    reportUsage(new MarcotError("CommandInvalid", message));
    return;
  }
  const words: Record<string, string> = {
    B: "breaking",
    S: "safe",
    W: "warning",
    "-": "not applicable",
  };
  console.log(`${style("bold", `${rule.number}. ${rule.change}`)}
  example      ${rule.example}
  in a request ${words[rule.request] ?? rule.request}
  in a reply   ${words[rule.reply] ?? rule.reply}
  ${rule.advice}`);
}
