/** Ties by name: signals, tasks, routes, permissions, models. */
import {
  argumentsOf,
  type Argument,
  dottedBefore,
  dottedAt,
  nameOf,
  stringOf,
} from "../lexer/expressions.ts";
import { isName, isOperator, sign, textOf, type Tokens } from "../lexer/tokens.ts";
import { declare, hide, type Reading } from "./reading.ts";

const ofDjango =
  /^(?:pre|post)_(?:init|save|delete|migrate|syncdb)$|^m2m_changed$|^request_(?:started|finished)$|^user_(?:logged_in|logged_out|login_failed)$|^class_prepared$/;

/** `@receiver(post_save, sender=User)`, `post_save.connect(f, sender=User)`, `done.send(sender=…)` */
export function readSignal(reading: Reading, token: number, isReceiver: boolean): void {
  const { tokens, bindings } = reading;
  if (!isOperator(tokens, token + 1, sign.open)) return;
  if (isReceiver !== isOperator(tokens, token - 1, sign.at)) return;
  const args = argumentsOf(tokens, token + 1);
  const sender = args.find(({ keyword }) => keyword === "sender");
  const own = isReceiver ? dottedAt(tokens, args[0]?.start ?? token) : undefined;
  const start = dottedBefore(tokens, token);
  const signal = own?.name ?? dottedAt(tokens, start).name.split(".").slice(0, -1).join(".");
  const last = signal.split(".").at(-1) ?? "";
  const from = bindings.get(signal.split(".", 1)[0] ?? "")?.from ?? "";
  const isSignal =
    isReceiver || ofDjango.test(last) || sender !== undefined || /(?:^|\.)signals?$/.test(from);
  if (!isSignal || signal === "") return;
  const isSending = textOf(tokens, token).startsWith("send");
  const written = sender === undefined ? undefined : targetOf(tokens, sender);
  const isOther = written !== undefined && !/^(?:self|cls|None)\b/.test(written);
  hide(reading, "signal", isOther && !isSending ? written : signal, token);
}

function targetOf(tokens: Tokens, span: Argument): string | undefined {
  return stringOf(tokens, span) ?? nameOf(tokens, span);
}

/** `@shared_task(name="a.b")` above a function gives it a name. */
export function readTaskDecorator(reading: Reading, token: number, name: number): void {
  const { tokens } = reading;
  if (!isName(tokens, name)) return;
  const given = keywordString(tokens, token + 1, "name");
  declare(reading, "task", { what: given ?? textOf(tokens, name), token: name });
}

/** `send_task("users.tasks.welcome")` */
export function readTaskCall(reading: Reading, token: number): void {
  const what = firstString(reading.tokens, token + 1);
  if (what !== undefined && /^[\w.]+$/.test(what)) hide(reading, "task", what, token);
}

/** `"task": "users.tasks.welcome"` in a schedule. */
export function readSchedule(reading: Reading, token: number, what: string): void {
  if (/^[A-Za-z_]\w*(?:\.\w+)+$/.test(what)) hide(reading, "task", what, token);
}

/** `reverse("app:name")`; a path or an address is no name. */
export function readReverse(reading: Reading, token: number): void {
  const what = firstString(reading.tokens, token + 1);
  if (what !== undefined && /^[\w.:-]+$/.test(what)) hide(reading, "url", what, token);
}

/**
 * `include("app.urls", namespace="space")`, `include(("app.urls", "space"))`: its routes stand here, by the module's
 * name, and what stands before the colon in theirs.
 */
export function readInclude(reading: Reading, token: number): void {
  const { tokens, bindings } = reading;
  if (!isOperator(tokens, token + 1, sign.open)) return;
  const args = argumentsOf(tokens, token + 1);
  const [first, second] = args;
  if (first === undefined) return;
  const isTuple = isOperator(tokens, first.start, sign.open);
  const [routes, app] = isTuple ? argumentsOf(tokens, first.start) : [first, second];
  if (routes === undefined) return;
  const module = stringOf(tokens, routes);
  if (module !== undefined && /^[A-Za-z_][\w.]*$/.test(module))
    hide(reading, "url", `include(${module})`, token);
  const name = nameOf(tokens, routes);
  const isTaken = name !== undefined && bindings.has(name.split(".", 1)[0] ?? name);
  const of = module ?? (isTaken ? name : undefined);
  const given = args.filter(({ keyword }) => keyword === "namespace" || keyword === "app_name");
  if (app?.keyword === undefined && app !== undefined) given.push(app);
  if (isTuple && second !== undefined && second.keyword === undefined) given.push(second);
  for (const one of given) {
    const what = stringOf(tokens, one);
    if (what !== undefined) declare(reading, "url space", { what, of, token });
  }
}

/** `path("x/", view, name="y")` */
export function readRoute(reading: Reading, token: number): void {
  const what = keywordString(reading.tokens, token + 1, "name");
  if (what !== undefined) declare(reading, "url", { what, token });
}

/** `has_perm("app.change_x")` */
export function readPermission(reading: Reading, token: number): void {
  const what = firstString(reading.tokens, token + 1);
  // One with a verb of Django's is found as a string, wherever it stands.
  if (what !== undefined && /^\w+\.\w+$/.test(what) && !isPermission(what))
    hide(reading, "permission", what, token);
}

export function isPermission(text: string): boolean {
  return /^[a-z_]\w*\.(?:add|change|delete|view)_\w+$/.test(text);
}

/** `get_model("app", "Model")`, `get_by_natural_key("app", "model")`; `get_for_model(Model)` */
export function readModelByName(reading: Reading, token: number): void {
  const { tokens } = reading;
  if (!isOperator(tokens, token + 1, sign.open)) return;
  const [first, second] = argumentsOf(tokens, token + 1);
  if (first === undefined) return;
  if (textOf(tokens, token) === "get_for_model") {
    const name = nameOf(tokens, first);
    if (name !== undefined && /(?:^|\.)[A-Z]\w*$/.test(name))
      hide(reading, "model by name", name, token);
    return;
  }
  const app = stringOf(tokens, first);
  const model = second === undefined ? undefined : stringOf(tokens, second);
  if (app === undefined || (model === undefined && !app.includes("."))) return;
  hide(reading, "model by name", model === undefined ? app : `${app}.${model}`, token);
}

/** `ContentType.objects.get(app_label="app", model="x")` */
export function readContentType(reading: Reading, token: number): void {
  const { tokens } = reading;
  const { name, end } = dottedAt(tokens, token);
  if (!/^ContentType\.objects\.\w+$/.test(name) || !isOperator(tokens, end, sign.open)) return;
  const app = keywordString(tokens, end, "app_label");
  const model = keywordString(tokens, end, "model");
  if (app !== undefined) hide(reading, "model by name", `${app}.${model ?? "*"}`, token);
}

function firstString(tokens: Tokens, open: number): string | undefined {
  if (!isOperator(tokens, open, sign.open)) return undefined;
  const [first] = argumentsOf(tokens, open);
  if (first === undefined || (first.keyword !== undefined && !first.keyword.endsWith("name")))
    return undefined;
  return stringOf(tokens, first);
}

function keywordString(tokens: Tokens, open: number, keyword: string): string | undefined {
  if (!isOperator(tokens, open, sign.open)) return undefined;
  const found = argumentsOf(tokens, open).find((argument) => argument.keyword === keyword);
  return found === undefined ? undefined : stringOf(tokens, found);
}
