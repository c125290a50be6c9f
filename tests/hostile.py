"""Texts nobody means well with: wrong kinds, absurd sizes, limits of numbers and dates, tricks of
Unicode, pieces of other languages."""

MARKUP = "\"'><script>alert(1)</script>"

TEXTS = (
    "",
    "\u3000\u200b",
    "\x00",
    "\x1b[2J\u202e倒\u202c\ufffe",
    "ﷺ" * 61,
    "长" * 100_000,
    "-1",
    "0.5",
    "1e9",
    "2147483648",
    "9223372036854775808",
    "9" * 5000,
    "٣",
    "１２²",
    "0001-01-01T00:00",
    "2026-02-30T10:00",
    "2026-05-20T10:00+08:00",
    "2026-13",
    MARKUP,
    "%' OR 1=1 --",
    "{{ 7*7 }}{% raw %}%s%n",
    "x\r\nSet-Cookie: stolen=1",
    "//evil.example/console/",
)
"""Each goes into all the fields of a form at once."""

WORST = ("文\x00字", "9" * 19, "9999-12-31T23:59", "长" * 2_001 + MARKUP)
"""Each goes into one field at a time, the others being as they should."""
