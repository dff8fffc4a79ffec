"""What the tests of the lab's pages share: a page, and what a reader finds on it."""

from html.parser import HTMLParser

from django.test import Client


class Outline(HTMLParser):
    """Collects what a reader finds on a page: headings, labels, chosen options."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.headings: list[str] = []
        self.chosen: list[str] = []
        self.unsafe: list[str] = []
        self._within = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self._within = tag
        given = dict(attributes)
        if "selected" in given:
            self.chosen.append(given["value"] or "")
        if tag == "style" or "style" in given or (tag == "script" and "src" not in given):
            self.unsafe.append(tag)

    def handle_data(self, data: str) -> None:
        if self._within in ("h2", "h3"):
            self.headings.append(data.strip())

    def handle_endtag(self, tag: str) -> None:
        self._within = ""


def page(address: str) -> str:
    response = Client().get(address)
    assert response.status_code == 200
    return response.content.decode()
