"""What axe-core finds on an open page: every rule, every impact."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from playwright.sync_api import Page, expect

AXE = Path(__file__).resolve().parents[2] / "node_modules/axe-core/axe.min.js"
# For a context's init script: colours on their way to another theme are nobody's colours. A sheet made by a
# script is no inline style, so the pages' policy lets it be.
STILL = """
const sheet = new CSSStyleSheet();
sheet.replaceSync(`*, ::before, ::after {
    transition-property: none !important;
    animation: none !important;
}`);
document.adoptedStyleSheets = [sheet];
"""
# Evaluated through the browser's debugger, which the pages' policy on scripts does not concern.
RUN = """
async () => {
    const {violations} = await axe.run(document, {resultTypes: ["violations"]});
    return violations.flatMap(({id, impact, nodes}) => nodes.map(
        (node) => `${id} (${impact}): ${node.html.slice(0, 160)} [${node.any.concat(node.all, node.none)
            .map((check) => check.message).join("; ").slice(0, 200)}]`));
}
"""


@cache
def _axe() -> str:
    return AXE.read_text(encoding="utf-8")


def findings(page: Page) -> list[str]:
    """One line for each finding: rule, impact, element and reason; fragments on their way are waited for."""
    expect(page.locator(".htmx-request")).to_have_count(0)
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(_axe())
    found: list[str] = page.evaluate(RUN)
    return found
