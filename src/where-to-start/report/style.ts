/** The stylesheet of the page: light and dark, wide and narrow, and for paper. */
export const style = `
:root { color-scheme: light dark; --ink: #1c2024; --quiet: #59636e; --paper: #fff; --card: #f6f7f9; --line: #d5dae0; --here: #e4f4e8; --corner: #14703a;
  --s0: #e6e1d3; --s1: #d8e2b4; --s2: #b4d793; --s3: #7fc07b; --s4: #2f8148; --s5: #0f5a2d; --low: #1c2024; --high: #fff; --edge: #44534a;
  --key: #b3261e; --tie: #6b7a90; --band: #dcd9f5; --link: #0b57d0; --out: #0b57d0; --in: #a84300; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ec; --quiet: #a6b0ba; --paper: #14171a; --card: #1c2024; --line: #3a424a; --here: #17301f; --corner: #8ce09c;
  --s0: #4a463c; --s1: #4f5736; --s2: #47663a; --s3: #3f7d45; --s4: #63b86f; --s5: #a0f0ae; --low: #fff; --high: #101214; --edge: #b9c6bd;
  --key: #ff897d; --tie: #8899b0; --band: #322f52; --link: #8ab4f8; --out: #8ab4f8; --in: #ffb27a; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 62rem; font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); overflow-wrap: anywhere; }
a { color: var(--link); } :focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
h1 { font-size: clamp(1.6rem, 6vw, 2.3rem); line-height: 1.15; margin: .2rem 0 1rem; } h2 { margin: 2.4rem 0 .6rem; } h3 { margin: 1.2rem 0 .3rem; font-size: 1.05rem; } h4 { margin: .9rem 0 .2rem; font-size: 1rem; }
h4 .quiet { font-weight: normal; } .kicker { margin: 0; } .kicker, .quiet, figcaption { color: var(--quiet); } .lead { font-size: 1.15rem; }
code { font-size: .9em; background: var(--card); padding: .05em .3em; border-radius: .25em; } small { font-size: .85em; }
.rules { list-style: none; display: grid; grid-template-columns: repeat(auto-fit, minmax(min(16rem, 100%), 1fr)); gap: 1rem; margin: 0 0 1.2rem; padding: 0; }
.rules li { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .7rem .9rem; } .value { float: right; font-variant-numeric: tabular-nums; }
.line::first-letter, .lead::first-letter { text-transform: uppercase; } .line { display: block; font-size: .95rem; margin-top: .35rem; }
.bar { display: block; height: .4rem; margin-top: .15rem; border-radius: .2rem; border: 1px solid var(--edge); background: linear-gradient(90deg, var(--s4) var(--v), transparent var(--v)); }
.missing { border-left: .25rem solid var(--line); padding: .2rem 0 .2rem 1.6rem; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .93rem; } .wide > * { overflow-wrap: normal; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; } .number { text-align: right; padding-right: 1.1rem; font-variant-numeric: tabular-nums; } .meter { min-width: 5rem; font-variant-numeric: tabular-nums; } .size { white-space: nowrap; }
.gates dt { margin-top: .8rem; } .gates dd { margin: 0; } dt b { display: inline-block; } dt b::first-letter, h4::first-letter { text-transform: uppercase; }
details { border-bottom: 1px solid var(--line); } summary { cursor: pointer; padding: .45rem 0; } .unit { padding: 0 0 1rem 1.1rem; scroll-margin-top: 3rem; } .unit h3 { scroll-margin-top: 1rem; }
.places { margin: 0; padding-left: 1.1rem; font-size: .93rem; } .places a, .commits a { font-family: ui-monospace, monospace; font-size: .92em; } .commits { margin: .2rem 0; }
figure { margin: 0; position: relative; } .skip:not(:focus) { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); } figcaption:focus { outline: none; } figcaption { font-size: .92rem; } svg { display: block; width: 100%; min-width: 48rem; height: auto; }
.map { margin: auto; max-width: var(--size); min-width: min(48rem, var(--size)); } .paper { display: none; } svg a { text-decoration: none; } svg a:focus { outline: none; } svg a:focus circle, svg a:hover circle { stroke: var(--link); stroke-width: 4; stroke-dasharray: none; }
svg a:focus .name, svg a:hover .name { font-weight: 700; text-decoration: underline; }
svg text { font: 13px system-ui, sans-serif; fill: var(--quiet); } svg .name { fill: var(--ink); } svg .corner { fill: var(--corner); font-weight: 700; font-size: 15px; }
svg .rank { font-size: 10.5px; font-weight: 700; text-anchor: middle; pointer-events: none; fill: var(--low); } svg .rank.s4, svg .rank.s5 { fill: var(--high); } svg .rank.beside { fill: var(--ink); } path.beside { stroke: var(--ink); stroke-width: .8; }
.axis { stroke: var(--quiet); } .here { fill: var(--here); } circle { stroke: var(--edge); stroke-width: 1; }
circle.s0 { fill: var(--s0); } circle.s1 { fill: var(--s1); } circle.s2 { fill: var(--s2); } circle.s3 { fill: var(--s3); } circle.s4 { fill: var(--s4); } circle.s5 { fill: var(--s5); }
circle.gate { fill: var(--paper); fill-opacity: .6; stroke: var(--quiet); stroke-dasharray: 3 2; }
path { fill: none; } .map path { stroke-opacity: var(--seen, .45); } .map .imports { stroke: var(--to, var(--tie)); stroke-dasharray: var(--dash, none); } .map .keys { stroke: var(--to, var(--key)); stroke-width: 2; stroke-dasharray: 2 3; stroke-opacity: var(--seen, .9); }
.map .together { stroke: var(--band); stroke-width: 9; stroke-opacity: 1; } .w1 { stroke-width: .8; } .w2 { stroke-width: 1.6; } .w3 { stroke-width: 2.8; } .w4 { stroke-width: 4.5; }
.map:has(a:hover, a:focus) path { opacity: var(--seen, .12); }
.legend > span, .ties > span { white-space: nowrap; margin-right: .7rem; } .legend i { display: inline-block; width: .8rem; height: .8rem; border-radius: 50%; border: 1px solid var(--edge); vertical-align: -.08em; }
i.s0 { background: var(--s0); } i.s1 { background: var(--s1); } i.s2 { background: var(--s2); } i.s3 { background: var(--s3); } i.s4 { background: var(--s4); } i.s5 { background: var(--s5); } i.gate { border-style: dashed; }
.ties i { display: inline-block; width: 1.6rem; vertical-align: .25em; border-top: 2px solid var(--tie); } .ties i.keys { border-top: 2px dotted var(--key); } .ties i.together { border-top: 9px solid var(--band); vertical-align: 0; } .out { color: var(--out); } .in { color: var(--in); }
@media print { body { max-width: none; padding: 0; font-size: 14px; } .paper { display: block; } .skip { display: none; } h2, h3, h4, details[open] > summary, .first > summary { break-after: avoid; } h2 { margin-top: 1.6rem; }
  .first::details-content { content-visibility: visible; block-size: auto; } .rules li, figure, tr, .places li, dd { break-inside: avoid; } .bar, .legend i { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .wide { overflow: visible; } svg, .map { min-width: 0; max-width: min(var(--size, 17cm), 17cm); } table { font-size: .8rem; } th, td { padding-right: .5rem; } .number { padding-right: .6rem; } .meter { min-width: 3.6rem; } .wide th[scope=row] { overflow-wrap: anywhere; } }
`;
