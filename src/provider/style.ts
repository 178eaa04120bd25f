/** The stylesheet of all pages, in the package so that nothing is fetched from elsewhere. */
export const stylesheet = `
:root {
  color-scheme: light dark;
  --ink: light-dark(#1d2a26, #e7efe9);
  --quiet: light-dark(#56645d, #a3b3aa);
  --paper: light-dark(#fbfaf6, #151b18);
  --card: light-dark(#ffffff, #1e2622);
  --line: light-dark(#d9d8cd, #35413a);
  --accent: light-dark(#0b6b4b, #6fd3a8);
  --on-accent: light-dark(#ffffff, #10241b);
  --wrong: light-dark(#a1260d, #ff9d85);
  font: 106.25%/1.6 system-ui, sans-serif;
}
* { box-sizing: border-box; }
body { margin: 0; color: var(--ink); background: var(--paper); }
header { border-bottom: 1px solid var(--line); background: var(--card); }
nav, main { max-width: 44rem; margin: 0 auto; padding: 0.75rem 1.25rem; }
nav, nav ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; align-items: baseline; }
nav ul { list-style: none; margin: 0; padding: 0; }
nav a { color: var(--ink); text-decoration: none; padding: 0.25rem 0; }
nav a:hover { text-decoration: underline; }
nav a[aria-current] { color: var(--accent); box-shadow: 0 2px 0 var(--accent); }
nav .home { font-weight: 700; }
main { padding-block: 1.5rem 4rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0.5rem 0 1rem; text-wrap: balance; }
h2 { font-size: 1.2rem; margin: 2rem 0 0.5rem; }
a { color: var(--accent); }
.words { white-space: pre-line; }
.quiet, small { color: var(--quiet); }
.list, .cards { list-style: none; padding: 0; margin: 1.5rem 0; }
.list > li { padding: 0.7rem 0; border-top: 1px solid var(--line); }
.cards { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); }
.cards > li { padding: 1rem 1.25rem; border: 1px solid var(--line); border-radius: 0.6rem; background: var(--card); }
.cards h2 { margin: 0; } .cards p { margin: 0.25rem 0 0; color: var(--quiet); }
.tag { font-size: 0.8rem; padding: 0.1rem 0.55rem; border: 1px solid var(--line); border-radius: 1rem; color: var(--quiet); }
form { margin: 1.5rem 0; } .field { margin-bottom: 1.1rem; }
label { display: block; font-weight: 600; margin-bottom: 0.25rem; }
input:not([type="checkbox"], [type="hidden"]), textarea, select {
  width: 100%; font: inherit; color: inherit; padding: 0.5rem 0.65rem;
  background: var(--card); border: 1px solid var(--quiet); border-radius: 0.4rem;
}
[role="search"] { display: grid; grid-template-columns: 1fr auto; gap: 0.25rem 0.5rem; }
[role="search"] label { grid-column: 1 / -1; }
[aria-invalid="true"] { border-color: var(--wrong); }
.error, [role="alert"] { color: var(--wrong); margin: 0.25rem 0 0; }
button, .button {
  display: inline-block; font: inherit; font-weight: 600; padding: 0.5rem 1.1rem; cursor: pointer;
  color: var(--on-accent); background: var(--accent); border: 0; border-radius: 0.4rem; text-decoration: none;
}
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.skip { position: absolute; left: -99rem; } .skip:focus { left: 1rem; top: 1rem; background: var(--card); padding: 0.5rem; }
`;
