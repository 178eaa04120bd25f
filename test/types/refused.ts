// Each marked line is refused by the compiler in at most three lines. Checked by refused.test.ts.
import { view } from "marcot";
import { contract, extend, change, add, integer, post, text } from "marcot/contract";

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
