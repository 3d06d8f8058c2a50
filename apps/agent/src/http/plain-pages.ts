/**
 * The pages the agent writes itself: no session, no such file, refused. Everything else a browser shows comes from the
 * web app's export. No script, no style sheet, nothing to load, so they work when nothing else does.
 */

/**
 * For whoever comes without a session. The link helps who came from another site, to which no cookie is sent. `host` is
 * the request's, after it was found to be one of our own names.
 */
export const noSessionPage = (host: string): string =>
  page(
    "Glassbox: open the printed address",
    `<p>This page controls a machine as root, so it opens only with the address that Glassbox printed when it started.
It looks like <code>http://${host}/?token=…</code>; copy the whole line.</p>
<p>Glassbox was started anew since? Then there is a new address too. You just came from there?
<a href="/">Go on to Glassbox</a>.</p>`,
  );

export const notFoundPage = page(
  "Glassbox: no such page",
  `<p>There is nothing here. <a href="/">Back to the labs</a>.</p>`,
);

/** Before the web app is built. */
export const notBuiltPage = page(
  "Glassbox: the pages are not built",
  "<p>The agent runs, but there is no web app to show. Run <code>npm start</code>, which builds it.</p>",
);

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>${title}</title></head>
<body style="font: 1.1rem/1.5 system-ui, sans-serif; max-width: 36rem; margin: 15vh auto; padding: 0 1rem">
<h1 style="font-size: 1.4rem">${title}</h1>
${body}
</body></html>
`;
}
