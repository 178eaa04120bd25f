/** The stylesheet of the page: light and dark, and for paper. */
export const style = `
:root { color-scheme: light dark; --ink: #1c2024; --quiet: #5b6570; --paper: #fff; --line: #d5dae0; --here: #e6f4ea;
  --s0: #d9cfc4; --s1: #cfd3b0; --s2: #b5d09a; --s3: #8ec27d; --s4: #56a75c; --s5: #1f7a3d; --gate: #c2c8cf; --key: #b3261e; --tie: #6b7a90; --band: #e3e1f5; --link: #0b57d0; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ec; --quiet: #a2acb6; --paper: #14171a; --line: #353c44; --here: #16301f;
  --s0: #5a5148; --s1: #575d3b; --s2: #506c3c; --s3: #478148; --s4: #4fa05a; --s5: #7ddc92; --gate: #4a525b; --key: #ff897d; --tie: #8899b0; --band: #2c2a45; --link: #8ab4f8; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 62rem; font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
a { color: var(--link); } h1 { font-size: 2.2rem; line-height: 1.15; margin: .2rem 0 .6rem; } h2 { margin: 2.2rem 0 .6rem; }
.kicker { margin: 0; color: var(--quiet); } .lead { font-size: 1.15rem; margin: 0 0 .6rem; } .quiet { color: var(--quiet); }
.missing { border-left: .25rem solid var(--line); padding: .2rem 0 .2rem 1.6rem; }
figure { margin: 0; } figcaption { color: var(--quiet); font-size: .9rem; } svg { width: 100%; height: auto; }
svg text { font: 13px system-ui, sans-serif; fill: var(--quiet); } svg text.name { fill: var(--ink); } svg text.corner { fill: var(--s5); font-weight: 600; }
svg a { text-decoration: none; } svg a:focus circle, svg a:hover circle { stroke: var(--link); stroke-width: 3; }
.axis { stroke: var(--line); } .here { fill: var(--here); } circle { stroke: var(--paper); stroke-width: 1; fill-opacity: .9; }
.s0 { fill: var(--s0); } .s1 { fill: var(--s1); } .s2 { fill: var(--s2); } .s3 { fill: var(--s3); } .s4 { fill: var(--s4); } .s5 { fill: var(--s5); } .gate { fill: var(--gate); }
path { fill: none; } .imports { stroke: var(--tie); stroke-opacity: .45; } .keys { stroke: var(--key); stroke-dasharray: 4 4; } .together { stroke: var(--band); stroke-width: 9; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { text-align: left; padding: .25rem .6rem .25rem 0; border-bottom: 1px solid var(--line); vertical-align: top; } .number { text-align: right; font-variant-numeric: tabular-nums; }
tr.gated { color: var(--quiet); } details { border-bottom: 1px solid var(--line); padding: .4rem 0; } summary { cursor: pointer; }
code { font-size: .9em; overflow-wrap: anywhere; } .places { columns: 2; } .gate-why { color: var(--key); } .formula { padding-left: 1.2rem; }
@media print { body { max-width: none; } details { break-inside: avoid; } }
`;
