"""The tables of the main job, in their first shape."""

from peewee import (
    BigIntegerField,
    BlobField,
    BooleanField,
    CharField,
    Check,
    DateField,
    DateTimeField,
    FloatField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    Model,
    SmallIntegerField,
    TextField,
)


def up(migrator, db):
    class OrgUnit(Model):
        id = BigIntegerField(primary_key=True)
        version = IntegerField()
        created_at = DateTimeField()
        created_by = BigIntegerField(null=True)
        updated_at = DateTimeField()
        updated_by = BigIntegerField(null=True)
        kind = CharField(max_length=20)
        parent = ForeignKeyField("self", backref="+", null=True)
        path = CharField(unique=True, max_length=120)
        name = CharField(max_length=60)
        grid_code = CharField(null=True, max_length=30)
        project_tag = CharField(null=True, max_length=30)
        active = BooleanField()

        class Meta:
            database = db
            legacy_table_names = False

    class Space(Model):
        id = BigIntegerField(primary_key=True)
        version = IntegerField()
        created_at = DateTimeField()
        created_by = BigIntegerField(null=True)
        updated_at = DateTimeField()
        updated_by = BigIntegerField(null=True)
        org_unit = ForeignKeyField(OrgUnit, backref="+", unique=True)
        code = CharField(unique=True, max_length=8)
        name = CharField(max_length=40)
        type = CharField(max_length=20)
        address = CharField(max_length=120)
        founded_on = DateField(null=True)
        supervisor = CharField(max_length=60)
        intro = TextField()
        five_goals = JSONField()
        opening_hours = CharField(max_length=120)
        milestones = JSONField()
        phone = CharField(max_length=30)
        active = BooleanField()

        class Meta:
            database = db
            legacy_table_names = False

    class Building(Model):
        id = BigIntegerField(primary_key=True)
        version = IntegerField()
        created_at = DateTimeField()
        created_by = BigIntegerField(null=True)
        updated_at = DateTimeField()
        updated_by = BigIntegerField(null=True)
        name = CharField(max_length=60)
        address = CharField(max_length=120)
        latitude = FloatField(null=True)
        longitude = FloatField(null=True)
        grid_code = CharField(null=True, max_length=30)
        floors = IntegerField(null=True)

        class Meta:
            database = db
            legacy_table_names = False

    class SpaceBuilding(Model):
        id = BigIntegerField(primary_key=True)
        space = ForeignKeyField(Space, backref="+")
        building = ForeignKeyField(Building, backref="+")

        class Meta:
            database = db
            legacy_table_names = False
            indexes = ((("space", "building"), True),)

    class Venue(Model):
        id = BigIntegerField(primary_key=True)
        version = IntegerField()
        created_at = DateTimeField()
        created_by = BigIntegerField(null=True)
        updated_at = DateTimeField()
        updated_by = BigIntegerField(null=True)
        space = ForeignKeyField(Space, backref="+")
        role = CharField(max_length=20)
        name = CharField(max_length=40)
        building = ForeignKeyField(Building, backref="+", null=True)
        floor = CharField(max_length=10)
        area_m2 = IntegerField(null=True)
        capacity = IntegerField(null=True)
        address = CharField(max_length=120)
        latitude = FloatField(null=True)
        longitude = FloatField(null=True)
        opening_hours = CharField(max_length=120)
        active = BooleanField()

        class Meta:
            database = db
            legacy_table_names = False

    Venue.add_index(
        Venue.index(
            Venue.space,
            unique=True,
            where=(Venue.role == "main") & Venue.active,
            name="venue_one_main",
        )
    )

    class Zone(Model):
        id = BigIntegerField(primary_key=True)
        version = IntegerField()
        created_at = DateTimeField()
        created_by = BigIntegerField(null=True)
        updated_at = DateTimeField()
        updated_by = BigIntegerField(null=True)
        space = ForeignKeyField(Space, backref="+")
        venue = ForeignKeyField(Venue, backref="+")
        name = CharField(max_length=40)
        purpose = CharField(max_length=120)
        capacity = IntegerField(null=True)
        order = IntegerField()
        active = BooleanField()

        class Meta:
            database = db
            legacy_table_names = False

    class Enterprise(Model):
        id = BigIntegerField(primary_key=True)
        version = IntegerField()
        created_at = DateTimeField()
        created_by = BigIntegerField(null=True)
        updated_at = DateTimeField()
        updated_by = BigIntegerField(null=True)
        name = CharField(index=True, max_length=100)
        short_name = CharField(max_length=40)
        pinyin = CharField(max_length=400)
        initials = CharField(index=True, max_length=100)
        credit_code = CharField(null=True, max_length=18)
        building = ForeignKeyField(Building, backref="+", null=True)
        room = CharField(max_length=40)
        industry = CharField(max_length=40)
        size_band = CharField(max_length=20)
        tenancy_from = DateField(null=True)
        tenancy_to = DateField(null=True)
        status = CharField(max_length=20)
        merged_into = ForeignKeyField("self", backref="+", null=True)
        tags = JSONField()

        class Meta:
            database = db
            legacy_table_names = False

    Enterprise.add_index(
        Enterprise.index(
            Enterprise.credit_code,
            unique=True,
            where=Enterprise.status != "merged",
            name="enterprise_credit_code",
        )
    )

    class EnterpriseMember(Model):
        id = BigIntegerField(primary_key=True)
        version = IntegerField()
        created_at = DateTimeField()
        created_by = BigIntegerField(null=True)
        updated_at = DateTimeField()
        updated_by = BigIntegerField(null=True)
        user_id = BigIntegerField(index=True)
        enterprise = ForeignKeyField(Enterprise, backref="+")
        role = CharField(max_length=20)
        status = CharField(max_length=20)
        from_on = DateField()
        to_on = DateField(null=True)

        class Meta:
            database = db
            legacy_table_names = False

    EnterpriseMember.add_index(
        EnterpriseMember.index(
            EnterpriseMember.user_id,
            unique=True,
            where=EnterpriseMember.status != "ended",
            name="enterprise_member_one_current",
        )
    )

    class User(Model):
        id = BigIntegerField(primary_key=True)
        version = IntegerField()
        created_at = DateTimeField()
        created_by = BigIntegerField(null=True)
        updated_at = DateTimeField()
        updated_by = BigIntegerField(null=True)
        openid_enc = BlobField(null=True)
        unionid_enc = BlobField(null=True)
        nickname = CharField(max_length=30)
        real_name_enc = BlobField(null=True)
        phone_enc = BlobField(null=True)
        phone_hash = CharField(index=True, null=True, max_length=64)
        status = CharField(max_length=20)
        home_space = ForeignKeyField(Space, backref="+", null=True)
        consents = JSONField()
        self_tags = JSONField()
        preferences = JSONField()
        first_seen_at = DateTimeField()
        erased_at = DateTimeField(null=True)

        class Meta:
            database = db
            legacy_table_names = False

    class UserOpenid(Model):
        openid_hash = CharField(primary_key=True, max_length=64)
        user_id = BigIntegerField(index=True)

        class Meta:
            database = db
            legacy_table_names = False

    class Token(Model):
        id = BigIntegerField(primary_key=True)
        token_hash = CharField(unique=True, max_length=64)
        user_id = BigIntegerField(index=True)
        device = CharField(max_length=120)
        created_at = DateTimeField()
        expires_at = DateTimeField()
        revoked_at = DateTimeField(null=True)

        class Meta:
            database = db
            legacy_table_names = False

    class Staff(Model):
        id = BigIntegerField(primary_key=True)
        version = IntegerField()
        created_at = DateTimeField()
        created_by = BigIntegerField(null=True)
        updated_at = DateTimeField()
        updated_by = BigIntegerField(null=True)
        login = CharField(unique=True, max_length=40)
        name = CharField(max_length=30)
        password_hash = CharField(max_length=200)
        totp_enc = BlobField(null=True)
        totp_last_used = IntegerField(null=True)
        user_id = BigIntegerField(unique=True, null=True)
        active = BooleanField()
        last_login_at = DateTimeField(null=True)

        class Meta:
            database = db
            legacy_table_names = False

    class Grant(Model):
        id = BigIntegerField(primary_key=True)
        version = IntegerField()
        created_at = DateTimeField()
        created_by = BigIntegerField(null=True)
        updated_at = DateTimeField()
        updated_by = BigIntegerField(null=True)
        staff = ForeignKeyField(Staff, backref="+")
        role = CharField(max_length=20)
        org_unit = ForeignKeyField(OrgUnit, backref="+")
        from_on = DateField()
        to_on = DateField(null=True)
        granted_by = BigIntegerField(null=True)
        revoked_at = DateTimeField(null=True)

        class Meta:
            database = db
            legacy_table_names = False

    class Device(Model):
        id = BigIntegerField(primary_key=True)
        version = IntegerField()
        created_at = DateTimeField()
        created_by = BigIntegerField(null=True)
        updated_at = DateTimeField()
        updated_by = BigIntegerField(null=True)
        staff = ForeignKeyField(Staff, backref="+")
        space = ForeignKeyField(Space, backref="+")
        name = CharField(max_length=40)
        key_hash = CharField(unique=True, max_length=64)
        last_seen_at = DateTimeField(null=True)
        revoked_at = DateTimeField(null=True)

        class Meta:
            database = db
            legacy_table_names = False

    class ConsoleLogin(Model):
        id = BigIntegerField(primary_key=True)
        cookie_hash = CharField(unique=True, max_length=64)
        staff = ForeignKeyField(Staff, backref="+")
        ip = CharField(max_length=45)
        agent = CharField(max_length=200)
        created_at = DateTimeField()
        seen_at = DateTimeField()
        expires_at = DateTimeField()
        revoked_at = DateTimeField(null=True)

        class Meta:
            database = db
            legacy_table_names = False

    class Series(Model):
        id = BigIntegerField(primary_key=True)
        version = IntegerField()
        created_at = DateTimeField()
        created_by = BigIntegerField(null=True)
        updated_at = DateTimeField()
        updated_by = BigIntegerField(null=True)
        code = CharField(unique=True, max_length=20)
        name = CharField(max_length=20)
        subtitle = CharField(max_length=40)
        color = CharField(max_length=7)
        icon = CharField(max_length=30)
        mode = CharField(max_length=20)
        order = IntegerField()
        active = BooleanField()

        class Meta:
            database = db
            legacy_table_names = False

    class Activity(Model):
        id = BigIntegerField(primary_key=True)
        version = IntegerField()
        created_at = DateTimeField()
        created_by = BigIntegerField(null=True)
        updated_at = DateTimeField()
        updated_by = BigIntegerField(null=True)
        space = ForeignKeyField(Space, backref="+")
        series = ForeignKeyField(Series, backref="+")
        title = CharField(max_length=60)
        theme = CharField(max_length=60)
        kind = CharField(max_length=20)
        origin = CharField(max_length=20)
        five_goals = JSONField()
        hosts = JSONField()
        experts = JSONField()
        venue = ForeignKeyField(Venue, backref="+", null=True)
        place = CharField(max_length=120)
        cover = CharField(max_length=200)
        body = TextField()
        eligibility = JSONField()
        eligibility_reason = CharField(max_length=120)
        signup_mode = CharField(max_length=20)
        signup_opens_at = DateTimeField(null=True)
        signup_closes_at = DateTimeField(null=True)
        cancel_hours = IntegerField()
        per_enterprise_cap = IntegerField(null=True)
        max_party = IntegerField()
        questions = JSONField()
        shared_to = CharField(max_length=20)
        state = CharField(max_length=20)
        cancel_reason = CharField(max_length=120)
        is_rehearsal = BooleanField()
        service_project_id = IntegerField(null=True)

        class Meta:
            database = db
            legacy_table_names = False
            indexes = ((("space", "state"), False),)

    class Session(Model):
        id = BigIntegerField(primary_key=True)
        version = IntegerField()
        created_at = DateTimeField()
        created_by = BigIntegerField(null=True)
        updated_at = DateTimeField()
        updated_by = BigIntegerField(null=True)
        space = ForeignKeyField(Space, backref="+")
        activity = ForeignKeyField(Activity, backref="+")
        starts_at = DateTimeField()
        ends_at = DateTimeField()
        venue = ForeignKeyField(Venue, backref="+", null=True)
        zone = ForeignKeyField(Zone, backref="+", null=True)
        capacity = IntegerField(null=True)
        seats_taken = IntegerField()
        checkin_opens_at = DateTimeField()
        checkin_closes_at = DateTimeField()
        qr_key = CharField(max_length=64)
        counted_guests = IntegerField()
        changed_at = DateTimeField(null=True)
        previous = JSONField()
        state = CharField(max_length=20)

        class Meta:
            database = db
            legacy_table_names = False
            indexes = ((("space", "starts_at"), False),)
            constraints = (
                Check("starts_at < ends_at", name="session_starts_before_end"),
                Check("seats_taken >= 0", name="session_seats_not_negative"),
            )

    class Signup(Model):
        id = BigIntegerField(primary_key=True)
        version = IntegerField()
        created_at = DateTimeField()
        created_by = BigIntegerField(null=True)
        updated_at = DateTimeField()
        updated_by = BigIntegerField(null=True)
        space = ForeignKeyField(Space, backref="+")
        session = ForeignKeyField(Session, backref="+")
        user_id = BigIntegerField(index=True)
        enterprise_id = BigIntegerField(null=True)
        party_size = IntegerField()
        answers = JSONField()
        state = CharField(max_length=20)
        position = BigIntegerField(null=True)
        source = CharField(max_length=20)
        hold_until = DateTimeField(null=True)
        ended_at = DateTimeField(null=True)
        end_reason = CharField(max_length=120)

        class Meta:
            database = db
            legacy_table_names = False
            indexes = ((("session", "state"), False),)
            constraints = (Check("party_size >= 1", name="signup_party_positive"),)

    Signup.add_index(
        Signup.index(
            Signup.session,
            Signup.user_id,
            unique=True,
            where=Signup.state.in_(
                ["pending", "confirmed", "waitlisted", "offered", "attended", "no_show"]
            ),
            name="signup_one_live",
        )
    )

    class Checkin(Model):
        id = BigIntegerField(primary_key=True)
        version = IntegerField()
        created_at = DateTimeField()
        created_by = BigIntegerField(null=True)
        updated_at = DateTimeField()
        updated_by = BigIntegerField(null=True)
        space = ForeignKeyField(Space, backref="+")
        session = ForeignKeyField(Session, backref="+")
        signup = ForeignKeyField(Signup, backref="+", null=True)
        user_id = BigIntegerField(index=True)
        enterprise_id = BigIntegerField(null=True)
        method = CharField(max_length=20)
        token_slot = BigIntegerField(null=True)
        device = CharField(max_length=64)
        staff_id = BigIntegerField(null=True)
        party_present = IntegerField()
        occurred_at = DateTimeField()
        recorded_at = DateTimeField()
        client_ref = CharField(null=True, max_length=64)
        flags = JSONField()
        voided_at = DateTimeField(null=True)
        voided_by = BigIntegerField(null=True)
        void_reason = CharField(max_length=120)

        class Meta:
            database = db
            legacy_table_names = False
            indexes = ((("space", "occurred_at"), False),)
            constraints = (Check("party_present >= 0", name="checkin_party_not_negative"),)

    Checkin.add_index(
        Checkin.index(
            Checkin.session,
            Checkin.user_id,
            unique=True,
            where=Checkin.voided_at.is_null(),
            name="checkin_one_valid",
        )
    )

    Checkin.add_index(
        Checkin.index(
            Checkin.session,
            Checkin.device,
            Checkin.client_ref,
            unique=True,
            where=Checkin.client_ref.is_null(False),
            name="checkin_client_ref",
        )
    )

    class ScanLog(Model):
        id = BigIntegerField(primary_key=True)
        at = DateTimeField(index=True)
        space_id = BigIntegerField(null=True)
        session_id = BigIntegerField(index=True, null=True)
        user_id = BigIntegerField(null=True)
        staff_id = BigIntegerField(null=True)
        method = CharField(max_length=20)
        result = CharField(max_length=30)
        raw_hash = CharField(max_length=64)
        device = CharField(max_length=64)
        ip_hash = CharField(max_length=64)

        class Meta:
            database = db
            legacy_table_names = False

    class Rating(Model):
        id = BigIntegerField(primary_key=True)
        version = IntegerField()
        created_at = DateTimeField()
        created_by = BigIntegerField(null=True)
        updated_at = DateTimeField()
        updated_by = BigIntegerField(null=True)
        space = ForeignKeyField(Space, backref="+")
        session = ForeignKeyField(Session, backref="+")
        checkin = ForeignKeyField(Checkin, backref="+", unique=True)
        user_id = BigIntegerField(index=True)
        score = SmallIntegerField()
        text = CharField(max_length=500)

        class Meta:
            database = db
            legacy_table_names = False
            constraints = (Check("score BETWEEN 1 AND 3", name="rating_score_range"),)

    class Menu(Model):
        id = BigIntegerField(primary_key=True)
        version = IntegerField()
        created_at = DateTimeField()
        created_by = BigIntegerField(null=True)
        updated_at = DateTimeField()
        updated_by = BigIntegerField(null=True)
        space = ForeignKeyField(Space, backref="+")
        month = CharField(max_length=7)

        class Meta:
            database = db
            legacy_table_names = False
            indexes = ((("space", "month"), True),)

    class MenuRevision(Model):
        id = BigIntegerField(primary_key=True)
        version = IntegerField()
        created_at = DateTimeField()
        created_by = BigIntegerField(null=True)
        updated_at = DateTimeField()
        updated_by = BigIntegerField(null=True)
        space = ForeignKeyField(Space, backref="+")
        menu = ForeignKeyField(Menu, backref="+")
        number = IntegerField()
        state = CharField(max_length=20)
        title = CharField(max_length=60)
        foreword = TextField()
        published_at = DateTimeField(null=True)
        published_by = BigIntegerField(null=True)
        diff = JSONField()

        class Meta:
            database = db
            legacy_table_names = False
            indexes = ((("menu", "number"), True),)

    MenuRevision.add_index(
        MenuRevision.index(
            MenuRevision.menu,
            unique=True,
            where=MenuRevision.state == "draft",
            name="menu_revision_one_draft",
        )
    )

    MenuRevision.add_index(
        MenuRevision.index(
            MenuRevision.menu,
            unique=True,
            where=MenuRevision.state == "published",
            name="menu_revision_one_published",
        )
    )

    class MenuItem(Model):
        id = BigIntegerField(primary_key=True)
        space = ForeignKeyField(Space, backref="+")
        revision = ForeignKeyField(MenuRevision, backref="+")
        activity = ForeignKeyField(Activity, backref="+")
        order = IntegerField()
        blurb = CharField(max_length=120)
        snapshot = JSONField()

        class Meta:
            database = db
            legacy_table_names = False
            indexes = ((("revision", "activity"), True),)

    class Wallet(Model):
        id = BigIntegerField(primary_key=True)
        version = IntegerField()
        created_at = DateTimeField()
        created_by = BigIntegerField(null=True)
        updated_at = DateTimeField()
        updated_by = BigIntegerField(null=True)
        user_id = BigIntegerField()
        kind = CharField(max_length=20)
        balance = IntegerField()
        always_accept = BooleanField()
        refused_at = DateTimeField(null=True)

        class Meta:
            database = db
            legacy_table_names = False
            indexes = ((("user_id", "kind"), True),)
            constraints = (Check("balance >= 0", name="wallet_not_negative"),)

    class WalletEntry(Model):
        id = BigIntegerField(primary_key=True)
        wallet = ForeignKeyField(Wallet, backref="+")
        user_id = BigIntegerField()
        reason = CharField(max_length=20)
        change = IntegerField()
        ref = CharField(max_length=120)
        at = DateTimeField()

        class Meta:
            database = db
            legacy_table_names = False
            indexes = ((("wallet", "reason", "ref"), True),)

    class Campaign(Model):
        id = BigIntegerField(primary_key=True)
        version = IntegerField()
        created_at = DateTimeField()
        created_by = BigIntegerField(null=True)
        updated_at = DateTimeField()
        updated_by = BigIntegerField(null=True)
        space = ForeignKeyField(Space, backref="+")
        kind = CharField(max_length=20)
        dedupe_key = CharField(max_length=80)
        subject_type = CharField(max_length=20)
        subject_id = BigIntegerField()
        title = CharField(max_length=80)
        body = TextField()
        page = CharField(max_length=200)
        fields = JSONField()
        audience = JSONField()
        state = CharField(max_length=20)
        cursor = BigIntegerField()
        total = IntegerField()
        stop_reason = CharField(max_length=120)

        class Meta:
            database = db
            legacy_table_names = False
            indexes = ((("space", "dedupe_key"), True),)

    class Message(Model):
        id = BigIntegerField(primary_key=True)
        user_id = BigIntegerField()
        space_id = BigIntegerField(null=True)
        kind = CharField(max_length=20)
        subject_type = CharField(max_length=20)
        subject_id = BigIntegerField()
        dedupe_key = CharField(max_length=80)
        title = CharField(max_length=80)
        body = TextField()
        page = CharField(max_length=200)
        created_at = DateTimeField()
        read_at = DateTimeField(null=True)

        class Meta:
            database = db
            legacy_table_names = False
            indexes = ((("user_id", "dedupe_key"), True), (("user_id", "created_at"), False))

    class Delivery(Model):
        id = BigIntegerField(primary_key=True)
        version = IntegerField()
        created_at = DateTimeField()
        created_by = BigIntegerField(null=True)
        updated_at = DateTimeField()
        updated_by = BigIntegerField(null=True)
        user_id = BigIntegerField()
        message = ForeignKeyField(Message, backref="+")
        campaign_id = BigIntegerField(index=True, null=True)
        kind = CharField(max_length=20)
        fields = JSONField()
        bucket = SmallIntegerField()
        priority = SmallIntegerField()
        state = CharField(max_length=20)
        not_before = DateTimeField()
        owner = CharField(max_length=40)
        leased_until = DateTimeField(null=True)
        attempts = SmallIntegerField()
        sent_at = DateTimeField(null=True)
        delivered_at = DateTimeField(null=True)
        errcode = IntegerField(null=True)
        error = CharField(max_length=120)
        msgid = CharField(max_length=40)

        class Meta:
            database = db
            legacy_table_names = False
            indexes = ((("user_id", "message"), True), (("state", "bucket", "not_before"), False))

    Delivery.add_index(
        Delivery.index(
            Delivery.bucket,
            Delivery.user_id,
            unique=True,
            where=Delivery.state == "sending",
            name="delivery_one_in_flight",
        )
    )

    class PushEvent(Model):
        id = BigIntegerField(primary_key=True)
        dedupe_key = CharField(unique=True, max_length=200)
        body = TextField()
        received_at = DateTimeField()
        done_at = DateTimeField(index=True, null=True)
        attempts = SmallIntegerField()
        error = CharField(max_length=200)

        class Meta:
            database = db
            legacy_table_names = False

    class Category(Model):
        id = BigIntegerField(primary_key=True)
        version = IntegerField()
        created_at = DateTimeField()
        created_by = BigIntegerField(null=True)
        updated_at = DateTimeField()
        updated_by = BigIntegerField(null=True)
        code = CharField(unique=True, max_length=20)
        name = CharField(max_length=20)
        hint = CharField(max_length=120)
        questions = JSONField()
        contact_days = IntegerField()
        resolve_days = IntegerField()
        urgent_days = IntegerField()
        cross_days = IntegerField()
        order = IntegerField()
        active = BooleanField()

        class Meta:
            database = db
            legacy_table_names = False

    class Need(Model):
        id = BigIntegerField(primary_key=True)
        version = IntegerField()
        created_at = DateTimeField()
        created_by = BigIntegerField(null=True)
        updated_at = DateTimeField()
        updated_by = BigIntegerField(null=True)
        no = CharField(unique=True, max_length=24)
        space = ForeignKeyField(Space, backref="+")
        enterprise_id = BigIntegerField(index=True, null=True)
        user_id = BigIntegerField(index=True, null=True)
        on_behalf_by = BigIntegerField(null=True)
        source = CharField(max_length=20)
        category = ForeignKeyField(Category, backref="+")
        title = CharField(max_length=60)
        body = TextField()
        answers = JSONField()
        attachments = JSONField()
        urgency = CharField(max_length=20)
        contact_times = CharField(max_length=60)
        staff_summary = CharField(max_length=300)
        state = CharField(max_length=20)
        text_check = CharField(max_length=20)
        outcome = CharField(null=True, max_length=20)
        lead_unit = CharField(max_length=60)
        received_at = DateTimeField()
        respond_days = IntegerField()
        resolve_days = IntegerField()
        clock_from = DateTimeField()
        clock_days = IntegerField()
        due_respond = DateTimeField()
        due_resolve = DateTimeField()
        promise = JSONField()
        is_provisional = BooleanField()
        first_response_at = DateTimeField(null=True)
        answered_at = DateTimeField(null=True)
        closed_at = DateTimeField(null=True)
        reopen_count = IntegerField()
        paused_on = DateField(null=True)
        paused_days = IntegerField(null=True)
        cluster_id = BigIntegerField(null=True)
        duplicate_of_id = BigIntegerField(null=True)

        class Meta:
            database = db
            legacy_table_names = False
            indexes = ((("space", "state", "due_resolve"), False),)

    class NeedEvent(Model):
        id = BigIntegerField(primary_key=True)
        space = ForeignKeyField(Space, backref="+")
        need = ForeignKeyField(Need, backref="+")
        at = DateTimeField()
        actor_kind = CharField(max_length=20)
        actor_id = BigIntegerField(null=True)
        type = CharField(max_length=20)
        is_public = BooleanField()
        text = TextField()
        before = JSONField()
        after = JSONField()

        class Meta:
            database = db
            legacy_table_names = False
            indexes = ((("need", "at"), False),)

    class NeedRating(Model):
        id = BigIntegerField(primary_key=True)
        version = IntegerField()
        created_at = DateTimeField()
        created_by = BigIntegerField(null=True)
        updated_at = DateTimeField()
        updated_by = BigIntegerField(null=True)
        space = ForeignKeyField(Space, backref="+")
        need = ForeignKeyField(Need, backref="+")
        round = IntegerField()
        satisfaction = CharField(max_length=20)
        solved = CharField(max_length=20)
        text = CharField(max_length=500)

        class Meta:
            database = db
            legacy_table_names = False
            indexes = ((("need", "round"), True),)

    class NeedCounter(Model):
        id = BigIntegerField(primary_key=True)
        space = ForeignKeyField(Space, backref="+")
        year = IntegerField()
        last = IntegerField()

        class Meta:
            database = db
            legacy_table_names = False
            indexes = ((("space", "year"), True),)

    class CalendarDay(Model):
        id = BigIntegerField(primary_key=True)
        version = IntegerField()
        created_at = DateTimeField()
        created_by = BigIntegerField(null=True)
        updated_at = DateTimeField()
        updated_by = BigIntegerField(null=True)
        day = DateField(unique=True)
        kind = CharField(max_length=20)
        name = CharField(max_length=30)
        source = CharField(max_length=60)
        confirmed = BooleanField()

        class Meta:
            database = db
            legacy_table_names = False

    class AuditLog(Model):
        id = BigIntegerField(primary_key=True)
        at = DateTimeField(index=True)
        actor_kind = CharField(max_length=20)
        actor_id = BigIntegerField(null=True)
        actor_name = CharField(max_length=40)
        action = CharField(max_length=40)
        object_type = CharField(max_length=30)
        object_id = BigIntegerField(null=True)
        org_unit_id = BigIntegerField(index=True, null=True)
        before = JSONField()
        after = JSONField()
        reason = CharField(max_length=200)
        ip = CharField(max_length=45)
        request_id = CharField(max_length=40)

        class Meta:
            database = db
            legacy_table_names = False

    class JobRun(Model):
        id = BigIntegerField(primary_key=True)
        name = CharField(max_length=40)
        slot = CharField(max_length=40)
        started_at = DateTimeField()
        finished_at = DateTimeField(null=True)
        result = TextField()

        class Meta:
            database = db
            legacy_table_names = False
            indexes = ((("name", "slot"), True),)

    class IdempotencyKey(Model):
        id = BigIntegerField(primary_key=True)
        user_id = BigIntegerField()
        key = CharField(max_length=80)
        request_hash = CharField(max_length=64)
        status = SmallIntegerField(null=True)
        answer = JSONField(null=True)
        created_at = DateTimeField(index=True)

        class Meta:
            database = db
            legacy_table_names = False
            indexes = ((("user_id", "key"), True),)

    db.create_tables(
        (
            OrgUnit,
            Space,
            Building,
            SpaceBuilding,
            Venue,
            Zone,
            Enterprise,
            EnterpriseMember,
            User,
            UserOpenid,
            Token,
            Staff,
            Grant,
            Device,
            ConsoleLogin,
            Series,
            Activity,
            Session,
            Signup,
            Checkin,
            ScanLog,
            Rating,
            Menu,
            MenuRevision,
            MenuItem,
            Wallet,
            WalletEntry,
            Campaign,
            Message,
            Delivery,
            PushEvent,
            Category,
            Need,
            NeedEvent,
            NeedRating,
            NeedCounter,
            CalendarDay,
            AuditLog,
            JobRun,
            IdempotencyKey,
        ),
        safe=False,
    )
