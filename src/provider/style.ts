/** The stylesheet of all pages, in the package so that nothing is fetched from elsewhere. */
export const stylesheet = `
:root { color-scheme: light dark; font: 100%/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 46rem; padding: 0 1rem 3rem; }
`;
