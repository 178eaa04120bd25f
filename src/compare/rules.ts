/**
 * The table of changes: what each row means, how it is judged in a request and in a reply, an example, and
 * what to do. B breaking, W warning, S safe, - not applicable. The verdicts of messages are computed, not
 * looked up here; the tests hold both together.
 */

export interface Rule {
  readonly number: number;
  readonly change: string;
  readonly request: string;
  readonly reply: string;
  readonly example: string;
  readonly advice: string;
}

const ADVICE: Readonly<Record<string, string>> = {
  none: "Nothing: callers of the old contract are not touched.",
  add: "Make the field optional, or give it a default; or declare a new version.",
  keep: "Keep the field in this version (in a new one: `drop` with `keep`), until nobody uses it.",
  rename: "Declare a new version with the step `rename`; this one keeps the old name.",
  version: "Leave this version as it is and declare the change in a new one, with steps.",
  nobody:
    "Deprecate it with a sunset, and remove it when the sunset has passed and nobody uses it.",
  sunset: "Say when it ends, so that callers can plan.",
  tell: "Tell the callers: they are not refused, but may be surprised.",
  widen: "Keep accepting what old callers send; check the narrower rule in a new version.",
  open: "Declare the choice as open before values are added, or add them in a new version.",
  server: "Keep the old way beside the new one, until nobody uses it.",
};

const TABLE = `
1|optional field added|S|S|{a} → {a, b?}|none
2|required field added|B|S|{a} → {a, b}|add
3|field with a default added|S|S|{a} → {a, b = 0}|none
4|optional field removed|B|W|{a, b?} → {a}|keep
5|required field removed|B|B|{a, b} → {a}|keep
6|field renamed|B|B|{question} → {title}|rename
7|optional field became required|B|S|{a?} → {a}|add
8|required field became optional|S|B|{a} → {a?}|keep
9|optional field became one with a default|S|S|{a?} → {a = 0}|none
10|field moved into a group|B|B|{a} → {g: {a}}|version
11|field moved out of a group|B|B|{g: {a}} → {a}|version
12|absent became null|B|B|{a?} → {a: integer or null}|version
13|null became absent|B|B|{a: integer or null} → {a?}|version
14|field deprecated, with a sunset|S|S|a → a, deprecated until 2027-05-01|none
15|field deprecated without a sunset|W|W|a → a, deprecated|sunset
16|deprecation taken back|S|S|a, deprecated → a|none
17|deprecated field removed after its sunset, unused|S|S|{a, b} → {a}|none
18|deprecated field removed before its sunset, or in use|B|B|{a, b} → {a}|nobody
19|title, description or examples changed|S|S|"id" → "the id"|none
20|order of fields changed|S|S|{a, b} → {b, a}|none
21|said through a $ref, or no longer|S|S|{…} → $ref|none
22|wrapped in a union of one branch|S|S|A → anyOf [A]|none
23|readOnly or writeOnly changed|per side|per side|a → a, readOnly|keep
24|integer became number|S|B|integer → number|version
25|number became integer|B|S|number → integer|widen
26|type changed|B|B|string → integer|version
27|integer became string|B|B|integer → string|version
28|boolean became a choice|B|B|boolean → "yes" or "no"|version
29|one type more|S|B|string → string or integer|version
30|one type fewer|B|S|string or integer → string|widen
31|scalar became list|B|B|integer → list of integer|version
32|list became scalar|B|B|list of integer → integer|version
33|became nullable|S|B|string → string or null|version
34|became not nullable|B|S|string or null → string|widen
35|a type became anything|S|B|string → anything|version
36|anything became a type|B|S|anything → string|widen
37|integer became decimal text|B|B|123 → "123"|version
38|content encoding changed|B|B|base64 → base64url|version
39|unit changed|B|B|ms → s|version
40|target of a ref changed|B|B|ref to faq → ref to tickets|version
41|kind of id changed|B|B|integer → uuid|version
42|free text became a closed choice|B|S|string → "a" or "b"|widen
43|closed choice became free text|S|B|"a" or "b" → string|version
44|value added to a closed choice|S|B|"a" → "a" or "b"|open
45|value added to an open choice|S|S|"a", … → "a", "b", …|none
46|value removed|B|S|"a" or "b" → "a"|widen
47|value renamed|B|B|"open" → "new"|version
48|closed choice became open|S|B|"a" or "b" → "a", "b", …|version
49|open choice became closed|B|S|"a", "b", … → "a" or "b"|widen
50|default added to an optional field|W|S|a? → a = 0|tell
51|default changed|B|W|a = 10 → a = 20|version
52|default removed|B|B|a = 10 → a?|version
53|constant set|B|S|string → "a"|widen
54|constant changed|B|B|"a" → "b"|version
55|constant removed|S|B|"a" → string|version
56|maxLength set|B|S|none → 300|widen
57|maxLength lowered|B|S|300 → 200|widen
58|maxLength raised|S|W|200 → 300|tell
59|maxLength removed|S|W|300 → none|tell
60|minLength set or raised|B|S|none → 1|widen
61|minLength lowered or removed|S|W|1 → none|tell
62|minimum set or raised|B|S|none → 0|widen
63|minimum lowered or removed|S|W|0 → none|tell
64|maximum set or lowered|B|S|none → 100|widen
65|maximum raised or removed|S|W|100 → none|tell
66|inclusive bound became exclusive|B|S|>= 0 → > 0|widen
67|exclusive bound became inclusive|S|W|> 0 → >= 0|tell
68|multipleOf set or multiplied|B|S|5 → 10|widen
69|multipleOf removed or divided|S|W|10 → 5|tell
70|pattern set|B|S|none → ^[a-z]+$|widen
71|pattern removed|S|W|^[a-z]+$ → none|tell
72|pattern changed|B|W|^[a-z]+$ → ^[0-9]+$|version
73|pattern generalized|S|W|^[a-z]+$ → .*|tell
74|format set|B|S|text → email|widen
75|format removed|S|W|email → text|tell
76|format changed|B|B|date → date-time|version
77|minItems set or raised|B|S|none → 1|widen
78|minItems lowered or removed|S|W|1 → none|tell
79|maxItems set or lowered|B|S|none → 10|widen
80|maxItems raised or removed|S|W|10 → none|tell
81|uniqueItems set|B|S|list → set|widen
82|uniqueItems removed|S|W|set → list|tell
83|dependentRequired added|B|S|a → a needs b|widen
84|dependentRequired removed|S|W|a needs b → a|tell
85|list element widened|S|B|list of integer → list of number|version
86|list element narrowed|B|S|list of number → list of integer|widen
87|element added to a closed tuple|S|B|[a, b] → [a, b, c]|version
88|element removed from a closed tuple|B|S|[a, b, c] → [a, b]|widen
89|unknown fields now forbidden|B|S|{a, …} → {a}|widen
90|unknown fields now allowed|S|W|{a} → {a, …}|tell
91|map value widened|S|B|map of integer → map of number|version
92|map value narrowed|B|S|map of number → map of integer|widen
93|rule for names of a map set|B|S|any name → ^[a-z]+$|widen
94|minProperties set or raised|B|S|none → 1|widen
95|maxProperties set or lowered|B|S|none → 10|widen
96|union branch added|S|B|A or B → A or B or C|version
97|union branch removed|B|S|A or B → A|widen
98|union tag renamed|B|B|kind → type|version
99|allOf part added|B|S|A → A and B|widen
100|allOf part removed|S|B|A and B → A|version
101|recursive type got a new required field|B|S|node → node with id|add
102|endpoint added|S|-|search|none
103|endpoint removed|B|-|search|nobody
104|endpoint's name changed|B|-|create → add|server
105|path changed|B|-|/create/ → /entries/|server
106|method changed|B|-|POST → PUT|server
107|path parameter added or removed|B|-|/entries/ → /entries/:id/|server
108|path parameter renamed|B|-|/:id/ → /:entry/|server
109|field moved between body, query, path and header|B|-|query → body|server
110|way of writing a list in the query changed|B|-|a=1&a=2 → a=1,2|server
111|body became required|B|-|body? → body|widen
112|body became optional|S|-|body → body?|none
113|media type no longer accepted|B|-|form, JSON → JSON|server
114|media type added|S|S|JSON → JSON, CBOR|none
115|reply media type removed, or another one is the first|-|B|JSON, XML → XML|server
116|success status changed|-|B|200 → 201|version
117|second success status added|-|W|200 → 200, 202|tell
118|200 with a body became 204|-|B|200 → 204|version
119|declared error added|-|W|{} → NoSuchEntry|tell
120|declared error removed|-|S|NoSuchEntry → {}|none
121|error renamed, or its status changed|-|B|NoSuchEntry 404 → Gone 404|version
122|data of an error changed|-|as a reply|{entry} → {}|version
123|reply header removed|-|B if required, else W|etag → none|keep
124|authentication or scope newly required|B|-|none → token|server
125|authentication or scope dropped|S|-|token → none|none
126|idempotent dropped|B|-|PUT → PUT, not to be repeated|version
127|single answer became a stream, or the other way|B|B|one → many|server
128|pages introduced, or their size lowered|B|B|all → 100|version
129|promised order, rate or deadline changed|W|W|2000 ms → 500 ms|tell
130|event added, removed or renamed|-|S added, else B|published → shown|nobody
131|version removed|B, S after sunset and unused|B, S after sunset and unused|v1, v2 → v2|nobody
132|sunset moved earlier or deleted, or later|B, S if later|B, S if later|2027-05-01 → 2027-01-01|sunset
`;

export const RULES: readonly Rule[] = TABLE.trim()
  .split("\n")
  .map((line) => {
    const [number, change = "", request = "", reply = "", example = "", advice = ""] =
      line.split("|");
    return {
      number: Number(number),
      change,
      request,
      reply,
      example,
      advice: ADVICE[advice] ?? "",
    };
  });

export function ruleOf(number: number): Rule | undefined {
  return RULES.find((rule) => rule.number === number);
}
