import { form } from "marcot";
import { v2 } from "./contract.ts";

export const searchLabel = "Search the questions";

export const editForm = form(v2.update, {
  controls: {
    id: { as: "hidden" },
    question: { label: "Question" },
    answer: { label: "Answer", as: "paragraph" },
    related: { label: "Related questions" },
  },
  submit: "Save",
});
