"""What no log line may hold, whoever writes the line (ASVS 16.2.5)."""

import logging
import re

# Mailed links: whoever reads one may use it. And what a client may have put where it does not
# belong, into a query, which the servers' access lines repeat. Both end before an escaped
# quotation mark and not in the midst of it: the audit trail's lines are JSON, and who brought `"`
# as part of a user agent would else make his own events unreadable (ASVS 16.4.1).
ESCAPED = r"\\[^\s\"]"
LINK = re.compile(rf"(/sessions/(?:verify|password/reset)/)(?!sent/)(?:{ESCAPED}|[^\s\"'?#\\])+")
QUERY = re.compile(
    rf"([?&;](?:token|access|refresh|key|password|sessionid)=)(?:{ESCAPED}|[^\s\"'&#\\])*", re.I
)
TOKEN = re.compile(r"\beyJ[\w-]+(?:\.[\w-]*)+")


def redacted(text: str) -> str:
    """Return the text without the secret parts of links, queries and tokens."""
    text = LINK.sub(r"\1[redacted]", text)
    text = QUERY.sub(r"\1[redacted]", text)
    return TOKEN.sub("[redacted]", text)


class Redact(logging.Filter):
    """Redacts a line's message; it lets every line through."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redacted(record.getMessage()), ()
        return True
