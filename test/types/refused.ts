// Each marked line is refused by the compiler in at most three lines. Checked by refused.test.ts.
import { view } from "marcot";
import {
  add, change, choice, contract, convert, drop, error, event, extend, flat, gone, inside, integer, list, loosen, map, nest, number, object, optional, post, rename, text, tighten, unwrap, wrap,
} from "marcot/contract";

const v1 = contract("faq/v1", {
  create: post("/create/", {
    input: { question: text(), source: integer() },
    output: { id: integer(), question: text(), source: integer() },
  }),
});

extend(v1, "faq/v2", { create: { input: { more: integer() } } }); // refused: more needs a default, or optional()
change(v1, "faq/v2", { create: { input: [add("more", integer())] } }); // refused: more needs { old: … }
view(v1.create, async ({ question }, { db }) => ({ id: Number(db), question })); // refused: 'source' is missing
void v1.create({ question: "q", source: "1" }); // refused: Type 'string' is not assignable to type 'number'
void v1.create({ question: "q", sourse: 1 }); // refused: 'sourse' does not exist

const s1 = contract("shop/v1", {
  order: post("/order/", {
    input: {
      street: text(),
      city: text(),
      state: choice(["open", "closed"]),
      tags: list(text()),
      note: optional(text()),
      names: map(text()),
      at: optional(object({ day: text() })),
      address: object({ city: text() }),
      rows: list(object({ a: integer() })),
    },
    output: { id: integer(), state: choice(["open", "closed"]), note: optional(text()), tags: list(text()), rows: list(object({ a: integer() })) },
    errors: { NoSuchThing: 404 },
  }),
  ordered: event({ id: integer(), city: text() }),
});

change(s1, "shop/v2", { oder: { input: [] } }); // refused: there is no oder to change
change(s1, "shop/v2", { order: { input: [rename("sity", "town")] } }); // refused: there is no sity to rename
change(s1, "shop/v2", { order: { input: [rename("city", "street")] } }); // refused: street exists already
change(s1, "shop/v2", { order: { input: [add("city", optional(text()))] } }); // refused: city exists already
change(s1, "shop/v2", { order: { input: [add("no", integer(), { old: "1" })] } }); // refused: Type 'string' is not assignable
change(s1, "shop/v2", { order: { input: [add("no", text(), { old: (i: { zip: string }) => i.zip })] } }); // refused: old of no takes something else
change(s1, "shop/v2", { order: { output: [drop("id")] } }); // refused: id needs { keep: true } or { was: … }
change(s1, "shop/v2", { order: { output: [drop("id", { was: () => "1" })] } }); // refused: was gives something else than older callers expect of id
change(s1, "shop/v2", { order: { input: [drop("city", { keep: true })] } }); // refused: an input's city is dropped without options
change(s1, "shop/v2", { order: { input: [convert("city", integer(), { up: (old: number) => old, down: (now) => now })] } }); // refused: the old city is not what up takes
change(s1, "shop/v2", { order: { input: [convert("note", text(), { up: (old: string) => old, down: (now) => now })] } }); // refused: note may be absent on one side
change(s1, "shop/v2", { order: { input: [convert("city", integer(), { up: (old: string) => old, down: String })] } }); // refused: Type 'string' is not assignable to type 'number'
change(s1, "shop/v2", { order: { input: [wrap("tags", "all")] } }); // refused: tags is a list already
change(s1, "shop/v2", { order: { input: [wrap("city", "cities", { empty: 1 })] } }); // refused: empty is not what older callers expect of city
change(s1, "shop/v2", { order: { input: [unwrap("city", "town")] } }); // refused: city is not a list
change(s1, "shop/v2", { order: { input: [unwrap("tags", "tag", { empty: 1 })] } }); // refused: empty is not an element of tags
change(s1, "shop/v2", { order: { input: [nest(["street", "zip"], "place")] } }); // refused: there is no zip to nest
change(s1, "shop/v2", { order: { input: [nest(["street"], "city")] } }); // refused: city exists already
change(s1, "shop/v2", { order: { input: [flat("names")] } }); // refused: names is not an object whose names are known
change(s1, "shop/v2", { order: { input: [flat("at")] } }); // refused: at may be absent
change(s1, "shop/v2", { order: { input: [flat("address")] } }); // refused: city exists already
change(s1, "shop/v2", { order: { input: [map("state", { open: "todo" })] } }); // refused: closed of state needs a new value
change(s1, "shop/v2", { order: { input: [map("state", { open: "a", closed: "b", late: "c" })] } }); // refused: state has no value late
change(s1, "shop/v2", { order: { output: [map("state", { open: "a", closed: "a" })] } }); // refused: a of state needs one old value
change(s1, "shop/v2", { order: { input: [map("city", { Paris: "Lyon" })] } }); // refused: city is not a choice
change(s1, "shop/v2", { order: { input: [tighten("state", choice(["open"]))] } }); // refused: older callers send other values of state
change(s1, "shop/v2", { order: { input: [tighten("note", text())] } }); // refused: note needs { old: … }
change(s1, "shop/v2", { order: { output: [loosen("tags", list(text(), { max: 9 }))] } }); // refused: tags needs { down: … }
change(s1, "shop/v2", { order: { output: [loosen("id", number(), { down: String })] } }); // refused: down of id gives something else
change(s1, "shop/v2", { order: { output: [tighten("state", choice(["open", "late"]))] } }); // refused: older callers do not know the new values of state
change(s1, "shop/v2", { order: { errors: [error("NoSuchThink", "Missing")] } }); // refused: there is no error NoSuchThink
change(s1, "shop/v2", { order: { input: [error("NoSuchThing", "Missing")] } }); // refused: this is not a step
change(s1, "shop/v2", { order: { fields: [rename("city", "town")] } }); // refused: only an event has fields
change(s1, "shop/v2", { ordered: { fields: [drop("city")] } }); // refused: city needs { keep: true }
extend(s1, "shop/v2", { order: post("/order/") }); // refused: order exists already
extend(s1, "shop/v2", { ordered: { output: { day: text() } } }); // refused: an event has no input or output
extend(s1, "shop/v2", { order: { fields: { day: text() } } }); // refused: only an event has fields
const s2 = change(s1, "shop/v2", { order: { output: [drop("id", { keep: true })] }, ordered: gone() });
view(s2.order, async () => ({ state: "open" as const, tags: [], rows: [] })); // refused: 'id' is missing
void s2.ordered; // refused: 'ordered' does not exist
const s3 = change(s1, "shop/v2", { order: { input: [nest(["street", "city"], "place"), map("state", { open: "todo", closed: "done" })] } });
view(s3.order, async ({ place, state, city }) => Promise.reject(new Error(place.street + state + city))); // refused: 'city' does not exist
view(change(s1, "shop/v2", { order: { errors: [error("NoSuchThing", "Missing")] } }).order, async (_, { fail }) => Promise.reject(fail("NoSuchThing", ""))); // refused: Argument of type '"NoSuchThing"' is not assignable to parameter of type '"Missing"'
view(change(s1, "shop/v2", { order: { status: 201 } }).order, async (_, { fail }) => Promise.reject(fail("Nothing", ""))); // refused: Argument of type '"Nothing"' is not assignable to parameter of type '"NoSuchThing"'
change(s1, "shop/v2", { order: { input: [inside("address", [rename("town", "place")])] } }); // refused: there is no town to rename
change(s1, "shop/v2", { order: { input: [inside("tags", [rename("town", "place")])] } }); // refused: tags is neither an object nor a list of objects
change(s1, "shop/v2", { order: { input: [inside("rows", [rename("a", "b"), rename("a", "c")])] } }); // refused: there is no a to rename
change(s1, "shop/v2", { order: { output: [inside("rows", [drop("a", { keep: true })])] } }); // refused: nothing is kept inside rows
const s4 = change(s1, "shop/v2", { order: { output: [inside("rows", [rename("a", "b")])] } });
void s4.order({} as never).then(({ rows }) => rows.map((row) => row.a)); // refused: Property 'a' does not exist on type '{ b: number; }'
