/** The stylesheet and the icon of all pages, in the package so that nothing is fetched from elsewhere. */
export const stylesheet = `
:root {
  color-scheme: light dark;
  --ink: light-dark(#1b2622, #e6ece8);
  --quiet: light-dark(#55625c, #a5b3ab);
  --paper: light-dark(#f8f7f2, #131816);
  --card: light-dark(#ffffff, #1c2320);
  --line: light-dark(#dcdbd1, #333e38);
  --edge: light-dark(#77847d, #7d8d84);
  --accent: light-dark(#0b6547, #74d4aa);
  --on-accent: light-dark(#ffffff, #0e2118);
  --wrong: light-dark(#a1260d, #ffa48d);
  --amber: light-dark(#7a4a00, #f0c27a);
  --blue: light-dark(#1d5390, #9cc6f5);
  font: 106.25%/1.6 system-ui, "Open Sans", sans-serif;
}
* { box-sizing: border-box; }
body { margin: 0; color: var(--ink); background: var(--paper); overflow-wrap: anywhere; }

header { border-bottom: 1px solid var(--line); background: var(--card); }
header nav, main { max-width: 46rem; margin: 0 auto; padding: 0 1.25rem; }
header nav, header ul { display: flex; flex-wrap: wrap; align-items: stretch; column-gap: 1.5rem; }
header ul { list-style: none; margin: 0; padding: 0; column-gap: 1.25rem; }
header a { display: block; padding: 0.7rem 0; color: var(--quiet); text-decoration: none; }
header a:hover { color: var(--ink); text-decoration: underline; }
header a[aria-current] { color: var(--accent); box-shadow: inset 0 -3px var(--accent); }
header a.home { font-weight: 700; color: var(--ink); }
main { padding-block: 1.75rem 5rem; }
main:focus { outline: none; }

h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 1rem; text-wrap: balance; }
h2 { font-size: 1.2rem; line-height: 1.3; margin: 2.25rem 0 0.5rem; }
p { margin: 0 0 1rem; max-width: 65ch; }
a { color: var(--accent); text-underline-offset: 0.15em; }
.lead { font-size: 1.1rem; color: var(--quiet); }
.words { white-space: pre-line; }
.quiet, .hint { color: var(--quiet); }
.back { margin-bottom: 0.75rem; }
.back a::before { content: ""; display: inline-block; width: 0.45em; height: 0.45em; margin: 0 0.4em 0.1em 0.1em; border: solid; border-width: 0 0 2px 2px; rotate: 45deg; }
.top { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: start; gap: 0 1.5rem; }
.empty { padding: 2rem 1.25rem; border: 1px dashed var(--edge); border-radius: 0.6rem; text-align: center; color: var(--quiet); }
.empty p { margin-inline: auto; } .empty p:last-child { margin-bottom: 0; }

.list, .cards { list-style: none; padding: 0; margin: 1.25rem 0; }
.list { border-bottom: 1px solid var(--line); }
.list > li { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 1rem; padding: 0.75rem 0; border-top: 1px solid var(--line); }
.list > li > :first-child { flex: 1 1 16rem; min-width: 0; }
.list .tag { min-width: 6rem; text-align: center; }
.list small { color: var(--quiet); font-size: 0.875rem; }
.cards { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(13rem, 100%), 1fr)); }
.cards > li, .card { padding: 1.1rem 1.25rem; border: 1px solid var(--line); border-radius: 0.6rem; background: var(--card); }
.cards > li { position: relative; }
.cards > li:hover { border-color: var(--accent); }
.cards a::after { content: ""; position: absolute; inset: 0; border-radius: 0.6rem; }
.cards a:focus-visible { outline: none; }
.cards a:focus-visible::after { outline: 3px solid var(--accent); outline-offset: 2px; }
.cards h2 { margin: 0; } .cards p { margin: 0.25rem 0 0; color: var(--quiet); }
.card > :last-child { margin-bottom: 0; }
.card h2:first-child { margin-top: 0; }
.filter { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; list-style: none; margin: 1.25rem 0; padding: 0; }
.filter a { display: block; padding: 0.15rem 0; }
.filter a[aria-current] { color: var(--ink); font-weight: 600; text-decoration: none; box-shadow: inset 0 -2px var(--accent); }

.tag { display: inline-block; font-size: 0.875rem; line-height: 1.5; padding: 0 0.6rem; border: 1px solid; border-radius: 1rem; color: var(--quiet); white-space: nowrap; }
.tag.waiting { color: var(--amber); } .tag.moving { color: var(--blue); } .tag.done { color: var(--accent); }
.notice { margin: 1.25rem 0; padding: 0.9rem 1.25rem; border: 1px solid var(--line); border-left: 0.35rem solid var(--accent); border-radius: 0.4rem; background: var(--card); }
.notice.wrong { border-left-color: var(--wrong); }
.notice > :last-child { margin-bottom: 0; }
.notice > p { margin-bottom: 0.25rem; } .notice ul { margin: 0; padding-left: 1.25rem; }
details { margin-top: 2.5rem; color: var(--quiet); }
summary { cursor: pointer; width: fit-content; }
dt { font-weight: 600; } dd { margin: 0 0 0.5rem; }

form { margin: 1.5rem 0; } .field, fieldset { margin: 0 0 1.4rem; }
label, legend { display: block; font-weight: 600; margin-bottom: 0.3rem; padding: 0; }
label .quiet, legend .quiet { font-weight: 400; }
.hint, .error { margin: 0 0 0.35rem; }
.error { color: var(--wrong); font-weight: 600; }
.box { display: flex; gap: 0.6rem; align-items: baseline; font-weight: 400; padding: 0.2rem 0; margin: 0; }
.box input { flex: none; width: 1.1rem; height: 1.1rem; accent-color: var(--accent); }
fieldset { border: 0; padding: 0; min-width: 0; }
input:not([type="checkbox"], [type="hidden"]), textarea, select {
  width: 100%; font: inherit; color: inherit; padding: 0.5rem 0.7rem;
  background: var(--card); border: 1px solid var(--edge); border-radius: 0.4rem;
}
textarea { display: block; resize: vertical; }
[aria-invalid] { border-color: var(--wrong) !important; box-shadow: inset 0 0 0 1px var(--wrong); }
.search { display: grid; grid-template-columns: 1fr auto; gap: 0 0.5rem; }
.search label { grid-column: 1 / -1; }
button, .button {
  display: inline-block; font: inherit; font-weight: 600; padding: 0.5rem 1.2rem; cursor: pointer;
  color: var(--on-accent); background: var(--accent); border: 1px solid var(--accent); border-radius: 0.4rem; text-decoration: none;
}
button:hover, .button:hover { text-decoration: underline; }
.second button { color: var(--accent); background: transparent; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
h3 { font-size: 1rem; margin: 1.25rem 0 0.35rem; }
pre { margin: 0 0 1rem; padding: 0.75rem 1rem; border: 1px solid var(--line); border-radius: 0.4rem; background: var(--card); color: var(--ink); font-size: 0.875rem; white-space: pre-wrap; }
.fields { display: grid; grid-template-columns: fit-content(45%) 1fr; gap: 0 1rem; margin: 0; } .fields dd { margin: 0; }
.endpoint { color: var(--ink); margin-top: 0; padding: 0.6rem 0; border-top: 1px solid var(--line); }
.try textarea { font-family: ui-monospace, monospace; font-size: 0.875rem; } .try pre { margin-top: 1rem; }
progress { display: block; width: 100%; height: 0.9rem; accent-color: var(--accent); }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: 0.5rem; z-index: 1; background: var(--card); padding: 0.5rem 0.75rem; border-radius: 0.4rem; }
@media (forced-colors: active) { .tag, button, .button { border: 1px solid; } }
`;

/** A branch that takes root: read at 16 pixels, so three strokes. */
export const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" fill="none" stroke="#1a9c6c" stroke-width="2" stroke-linecap="round"><path d="M2 3c7 0 9 3 9 7M11 10v4M8 13l3-3 3 3"/></svg>
`;
