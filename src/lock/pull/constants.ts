/** Schemas that have a name, as constants of a written contract: each once, before it is used. */
import { writeField, writeFields } from "./field.ts";
import { render } from "./layout.ts";
import type { Notes } from "./notes.ts";
import { type Defs, membersOf } from "./schema.ts";
import type { Constant, Writer } from "./writer.ts";

/** Names that contract.ts has already. */
const RESERVED = /^(?:v\d+|contract|foreign|get|post|put|patch|del|text|integer|number|boolean|choice|list|map|object|datetime|date|uuid|decimal|binary|nullable|optional|json|event|abstract|arguments|as|async|await|break|case|catch|class|const|continue|debugger|declare|default|delete|do|else|enum|eval|export|extends|false|finally|for|from|function|if|implements|import|in|instanceof|interface|let|new|null|of|package|private|protected|public|return|static|super|switch|this|throw|true|try|type|typeof|undefined|var|void|while|with|yield)$/; // prettier-ignore

/** `constants` is filled: name -> the declaration. */
export function newWriter(
  defs: Defs,
  notes: Notes,
  isOwn: boolean,
  constants: Map<string, string>,
): Writer {
  const open = new Set<string>();
  const known = new Map<string, Constant>();
  /** Text of a constant -> its name: a type has often the same form in requests and replies. */
  const texts = new Map<string, Constant>();
  const names = new Set<string>();
  const writer: Writer = { defs, notes, used: new Set(), isOwn, constantOf };
  return writer;

  function constantOf(name: string): Constant | "recursive" | undefined {
    const before = known.get(name);
    if (before !== undefined) return before;
    if (open.has(name)) return "recursive";
    const schema = defs[name];
    if (typeof schema !== "object") return undefined;
    open.add(name);
    const short = name.replace(/^(?:request|response)\./, "");
    const isFields = membersOf(schema, defs) !== undefined && schema["nullable"] !== true;
    const node = isFields ? writeFields(writer, schema, short) : writeField(writer, schema, short);
    open.delete(name);
    const text = render(node, 0, 20);
    const same = texts.get(text);
    const constant = same ?? { name: freeName(short), isFields };
    known.set(name, constant);
    if (same === undefined) {
      texts.set(text, constant);
      constants.set(constant.name, `const ${constant.name} = ${text};`);
    }
    return constant;
  }

  function freeName(short: string): string {
    const words = short.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
    const joined = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
    const lower = joined.replace(/^[A-Z]+(?![a-z])|^[A-Z]/, (start) => start.toLowerCase());
    const base = /^[a-z]/.test(lower) && !RESERVED.test(lower) ? lower : `${lower || "a"}Type`;
    const plain = /^[a-z]/.test(base) ? base : `type${base}`;
    let name = plain;
    for (let count = 2; names.has(name); count += 1) name = `${plain}${count}`;
    names.add(name);
    return name;
  }
}
