"""Who signed up, who came and what they thought: rows inserted in bulk, because they are history
and a first start must be quick; the living rules are in the services."""

import datetime as dt
import random
from typing import Any

from peewee import Model

from models import Checkin, Rating, Session, Signup, new_id
from models.activities import SessionState, SignupMode
from models.checkins import CheckinMethod
from models.signups import SignupState
from scripts.demo.people import People, Person
from scripts.demo.places import read
from scripts.demo.programme import Offer

SHOWS_UP = 0.86
WALKS_IN = 0.12
RATES = 0.55
CHUNK = 100


def add_history(offers: list[Offer], people: People, rng: random.Random, now: dt.datetime) -> None:
    """Fill every session: past ones with who came, coming ones with who means to."""
    words = read("people")["ratings"]
    rows: dict[type[Model], list[dict[str, Any]]] = {Signup: [], Checkin: [], Rating: []}
    for offer in offers:
        story = _Story(offer, rng, words, rows)
        crowd = _crowd(offer, people, rng)
        if offer.session.state == SessionState.ENDED:
            seats = sum(story.came(person) for person in crowd)
        elif offer.activity.signup_mode == SignupMode.NONE:
            seats = 0
        else:
            seats = sum(story.will_come(person, now) for person in crowd)
        Session.update(seats_taken=seats).where(Session.id == offer.session.id).execute()
    for table, waiting in rows.items():
        for start in range(0, len(waiting), CHUNK):
            table.insert_many(waiting[start : start + CHUNK]).execute()


def _crowd(offer: Offer, people: People, rng: random.Random) -> list[Person]:
    """Who is interested: neighbours of the Space, the known five kept free for coming sessions,
    so that whoever tries the demo finds something to sign up for."""
    neighbours = people.of_space[offer.code]
    if offer.session.state != SessionState.ENDED:
        known = set(people.known.values())
        neighbours = [person for person in neighbours if person not in known]
    room = offer.session.capacity or 45
    wanted = int(room * offer.draw * (1.0 if offer.session.state == SessionState.ENDED else 0.7))
    return rng.sample(neighbours, min(wanted, len(neighbours)))


class _Story:
    """Tells one session."""

    def __init__(
        self,
        offer: Offer,
        rng: random.Random,
        words: list[str],
        rows: dict[type[Model], list[dict[str, Any]]],
    ) -> None:
        self.offer, self.rng, self.words, self.rows = offer, rng, words, rows

    def _signup(self, person: Person, state: SignupState, at: dt.datetime) -> dict[str, Any]:
        session = self.offer.session
        row = {
            "id": new_id(),
            "created_at": at,
            "updated_at": at,
            "space": session.space_id,
            "session": session.id,
            "user_id": person.user_id,
            "enterprise_id": person.enterprise_id,
            "state": state,
        }
        self.rows[Signup].append(row)
        return row

    def will_come(self, person: Person, now: dt.datetime) -> int:
        """A confirmed place in a coming session; returns the seats it takes."""
        at = now - dt.timedelta(hours=self.rng.randint(2, 200))
        self._signup(person, SignupState.CONFIRMED, at)
        return 1

    def came(self, person: Person) -> int:
        """A past session: signed up, and mostly there; returns the seats it takes."""
        session = self.offer.session
        there = self.rng.random() < SHOWS_UP
        signed = session.starts_at - dt.timedelta(hours=self.rng.randint(3, 300))
        state = SignupState.ATTENDED if there else SignupState.NO_SHOW
        signup = self._signup(person, state, signed)
        if there:
            self._checkin(person, signup["id"])
        return 1

    def _checkin(self, person: Person, signup_id: int) -> None:
        session = self.offer.session
        at = session.starts_at + dt.timedelta(seconds=self.rng.randint(-1500, 900))
        walked_in = self.rng.random() < WALKS_IN
        row = {
            "id": new_id(),
            "created_at": at,
            "updated_at": at,
            "space": session.space_id,
            "session": session.id,
            "signup": signup_id,
            "user_id": person.user_id,
            "enterprise_id": person.enterprise_id,
            "method": CheckinMethod.WALK_IN if walked_in else CheckinMethod.SELF_QR,
            "occurred_at": at,
            "recorded_at": at,
        }
        self.rows[Checkin].append(row)
        if self.rng.random() < RATES:
            later = session.ends_at + dt.timedelta(minutes=self.rng.randint(1, 600))
            self.rows[Rating].append(
                {
                    "id": new_id(),
                    "created_at": later,
                    "updated_at": later,
                    "space": session.space_id,
                    "session": session.id,
                    "checkin": row["id"],
                    "user_id": person.user_id,
                    "score": self.rng.choices((3, 2, 1), (78, 19, 3))[0],
                    "text": self.rng.choice(self.words),
                }
            )
