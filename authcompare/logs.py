"""What no log line may hold, whoever writes the line (ASVS 16.2.5)."""

import logging
import re

# Mailed links: whoever reads one may use it. And what a client may have put where it does not
# belong, into a query, which the servers' access lines repeat.
LINK = re.compile(r"(/sessions/(?:verify|password/reset)/)(?!sent/)[^\s\"'?#]+")
QUERY = re.compile(r"([?&;](?:token|access|refresh|key|password|sessionid)=)[^\s\"'&#]*", re.I)
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
