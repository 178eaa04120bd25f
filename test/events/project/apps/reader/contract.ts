import { contract, get, integer } from "marcot/contract";

export const v1 = contract("reader/v1", {
  count: get("/count/", { output: { count: integer() } }),
});
