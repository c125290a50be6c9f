import base64

import pytest
from cryptography.exceptions import InvalidTag

import models
from server.crypto import Vault
from server.services import users, users_keys
from tests import factories

FIRST, SECOND = (base64.b64encode(bytes([n]) * 32).decode() for n in (1, 2))


@pytest.mark.usefixtures("app")
def test_everything_is_sealed_anew_and_the_old_key_can_go() -> None:
    old = Vault(FIRST)
    people = [factories.make_user() for _ in range(5)]
    for number, user in enumerate(people):
        user.phone_enc = old.seal(f"1380000000{number}", place=f"user.phone:{user.id}")
        user.phone_hash = old.blind(f"1380000000{number}", place="phone")
        user.real_name_enc = old.seal("沈一", place=f"user.real_name:{user.id}")
        user.save()
    account = factories.make_staff()
    account.totp_enc = old.seal("SECRET", place=f"staff.totp:{account.id}")
    account.save()
    assert users_keys.in_use() == {1: 11}

    both = Vault(f"2:{SECOND}", old=FIRST, index=old.index_key)
    # What is open already goes on being read and found.
    assert users.phone_of(people[0], both) == "13800000000"
    with pytest.raises(InvalidTag):  # the old key is missing
        users_keys.rotate(Vault(f"2:{SECOND}", index=old.index_key), batch=2)
    assert users_keys.in_use() == {1: 11}

    steps: list[int] = []

    def stop_after_two(done: int) -> None:
        steps.append(done)
        if len(steps) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        users_keys.rotate(both, batch=2, told=stop_after_two)
    assert users_keys.in_use() == {1: 7, 2: 4}
    assert users_keys.rotate(both, batch=2) == 7
    assert users_keys.in_use() == {2: 11}

    alone = Vault(f"2:{SECOND}", index=old.index_key)
    for number, user in enumerate(people):
        fresh = models.User.get_by_id(user.id)
        assert users.phone_of(fresh, alone) == f"1380000000{number}"
        assert fresh.phone_hash == alone.blind(f"1380000000{number}", place="phone")
        assert fresh.version == user.version
    with pytest.raises(ValueError, match="index key"):
        Vault(f"2:{SECOND}")
