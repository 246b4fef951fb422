"""Files dropped on a page, as if they came from a folder of the desktop."""

# For evaluate(): the first with [name, content as latin-1] for each file, then the second, which says whether
# the page saw them coming.
TAKE_ALONG = """([name, text]) => {
    const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
    window.held ??= new DataTransfer();
    window.held.items.add(new File([bytes], name, { lastModified: 1 }));
}"""
DROP = """() => {
    const event = (name) => new DragEvent(name, { dataTransfer: held, bubbles: true, cancelable: true });
    document.body.dispatchEvent(event("dragenter"));
    const isSeen = document.documentElement.hasAttribute("data-dropping");
    document.querySelector("footer").dispatchEvent(event("drop"));
    return isSeen;
}"""
