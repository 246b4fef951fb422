/**
 * Colours JSON in pre[data-json] lightly, by the browser's own highlights: the text stays as it is, also for copying.
 * What lies in a closed <details> waits until it is opened. Without highlights in the browser nothing is coloured.
 */
(() => {
  if (!("highlights" in CSS)) return;
  const LONGEST = 100_000;
  const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\b\d[\d.eE+-]*\b/g;
  const KINDS = ["name", "text", "other"];

  const ranges = (pre) => {
    const node = pre.firstChild;
    if (node?.nodeType !== Node.TEXT_NODE || node.length > LONGEST) return [];
    return [...node.data.matchAll(TOKEN)].map((token) => {
      const range = new StaticRange({
        startContainer: node,
        startOffset: token.index,
        endContainer: node,
        endOffset: token.index + (token[1] ?? token[0]).length,
      });
      return [token[2] ? "name" : token[1] ? "text" : "other", range];
    });
  };

  const paint = () => {
    const shown = [...document.querySelectorAll("pre[data-json]")].filter((pre) => !pre.closest("details:not([open])"));
    const found = shown.flatMap(ranges);
    for (const kind of KINDS) {
      const own = found.filter(([each]) => each === kind).map(([, range]) => range);
      CSS.highlights.set(`json-${kind}`, new Highlight(...own));
    }
  };

  paint();
  document.addEventListener("toggle", paint, true);
  document.addEventListener("htmx:afterSwap", paint);
})();
