"""Pages as PDF and as a picture: what is printed is one HTML text with its style and its maps in it."""

from __future__ import annotations

import io
from typing import Any, NoReturn

from maps.refusals import UnknownLink


def pdf(page: str) -> bytes:
    """An HTML page as PDF, paged by its own `@page`; raises `UnknownLink` if it would load anything."""
    from weasyprint import HTML

    written: bytes = HTML(string=page, url_fetcher=_refuse).write_pdf()
    return written


def picture(document: bytes, *, dots_per_inch: int) -> bytes:
    """The first page of a PDF as PNG."""
    import pypdfium2

    opened: Any = pypdfium2.PdfDocument(document)
    try:
        drawn = opened[0].render(scale=dots_per_inch / 72).to_pil()
    finally:
        opened.close()
    out = io.BytesIO()
    drawn.save(out, "PNG", optimize=False)
    return out.getvalue()


def _refuse(url: str, *_: object, **__: object) -> NoReturn:
    raise UnknownLink(
        f"What is printed would load {url}.", field="link", value=url, remedy="Put it into the page itself."
    )
