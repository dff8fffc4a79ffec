"""Where a standard that an attack comes from can be read."""

import re

# What a reference starts with, and its address; `{}` is its number, where it has one.
ADDRESSES = (
    (r"RFC (\d+)\b", "https://www.rfc-editor.org/rfc/rfc{}"),
    (r"RFC 6265bis", "https://datatracker.ietf.org/doc/draft-ietf-httpbis-rfc6265bis/"),
    (r"CWE-(\d+)", "https://cwe.mitre.org/data/definitions/{}.html"),
    (r"(CVE-[\d-]+)", "https://www.cve.org/CVERecord?id={}"),
    (r"(WSTG-\w+-\d+)", "https://owasp.org/www-project-web-security-testing-guide/"),
    (r"OWASP ASVS", "https://owasp.org/www-project-application-security-verification-standard/"),
    (r"OWASP", "https://cheatsheetseries.owasp.org/"),
    (r"NIST SP 800-63B-4", "https://pages.nist.gov/800-63-4/sp800-63b.html"),
)


def address_of(reference: str) -> str:
    """Return the address of a reference: `RFC 9700 4.14.2`. Raises `ValueError` for none."""
    for pattern, address in ADDRESSES:
        if found := re.match(pattern, reference):
            return address.format(*found.groups())
    raise ValueError(f"No address is known for {reference!r}.")
