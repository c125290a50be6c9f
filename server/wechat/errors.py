"""What can go wrong at WeChat, as the rest of the server sees it: one error with a kind."""

import re
from typing import Final, Literal, Self

Kind = Literal[
    "busy",
    "quota",
    "minute",
    "token",
    "login_again",
    "refused",
    "bad_request",
    "banned",
    "concurrent",
    "sensitive",
    "unreachable",
    "unknown_outcome",
    "config",
    "user",
]

_CODES: Final[dict[Kind, tuple[int, ...]]] = {
    "busy": (-1, 44990, 20001, 200001),
    "quota": (45009, 44993, 45029),
    "minute": (45011, 44991),
    "token": (40001, 40014, 41001, 42001),
    "login_again": (40029, 40163),
    "refused": (43101,),
    "bad_request": (
        *(40003, 40037, 41030, 43104, 47003),  # a message: its person, template, page or values
        *(40097, 40129, 40159, 40169, 85096),  # a code picture: its scene, page or version
        *(40004, 41008, 43002, 44002, 47001, 87020),  # the request itself
    ),
    "banned": (43107, 50002, 200011, 200013),
    "concurrent": (43108,),
    "sensitive": (45168, 87014),
    "config": (
        *(40002, 40013, 40125, 40243, 41002, 41004, 48001, 50004, 50007),
        *(40164, 89503, 89506, 89507),  # the caller's address is not on the allow-list
    ),
    "user": (40226, 61010),
}
_KIND_OF: Final = {code: kind for kind, codes in _CODES.items() for code in codes}
_RID: Final = re.compile(r"(?:rid|req_id): ?([\w-]+)")
_LONGEST_MESSAGE: Final = 200


class WeChatError(Exception):
    """A call to WeChat that brought nothing usable. Decide on `kind`, log `errcode` and `rid`.

    ================ ===================================== ==================================
    kind             errcodes                              what the caller should do
    ================ ===================================== ==================================
    busy             -1 44990 20001 200001                 same request again, with back-off
    minute           45011 44991                           again in the next minute
    quota            45009 44993 45029                     stop until tomorrow
    concurrent       43108                                 again in 1-3 s, one call per person
    token            40001 40014 41001 42001               was retried once already; alarm
    login_again      40029 40163, or a code whose          the phone fetches a fresh code
                     exchange had no readable answer
    refused          43101                                 final; the person's quota is zero
    bad_request      40003 40037 41030 43104 47003 40097   final; our data is wrong
                     40129 40159 40169 85096 40004 41008
                     43002 44002 47001 87020, and every
                     errcode not in this table
    banned           43107 50002 200011 200013             stop the campaign, tell staff
    sensitive        45168 87014                           back to the editor
    config           40002 40013 40125 40243 41002 41004   the owner must mend the set-up
                     48001 50004 50007 40164 89503 89506
                     89507
    user             40226 61010                           this person, not now; say so plainly
    unreachable      none                                  certainly not sent: try again later
    unknown_outcome  none                                  it left, no readable answer (time-out,
                                                           reset, cut short, HTTP error): the
                                                           effect may have happened
    ================ ===================================== ==================================

    An errcode always means that WeChat answered and did nothing. Neither the text nor the
    representation of this error holds a secret, an access token or a URL.
    """

    def __init__(
        self, kind: Kind, errcode: int | None = None, message: str = "", rid: str | None = None
    ) -> None:
        super().__init__(kind, errcode, message, rid)
        self.kind: Kind = kind
        self.errcode = errcode
        self.message = message
        self.rid = rid

    def __str__(self) -> str:
        facts = [f"errcode {self.errcode}" if self.errcode is not None else "", self.message]
        return ": ".join([f"WeChat {self.kind}", *filter(None, facts)])

    @classmethod
    def of_answer(cls, errcode: int, errmsg: object, *, hide: tuple[str, ...]) -> Self:
        """The error for an errcode. `hide`: strings that must not get into its text."""
        message = str(errmsg)
        for secret in filter(None, hide):
            message = message.replace(secret, "***")
        found = _RID.search(message)
        return cls(
            _KIND_OF.get(errcode, "bad_request"),
            errcode,
            message[:_LONGEST_MESSAGE],
            found[1] if found else None,
        )
