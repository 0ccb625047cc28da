"""`manage purge KIND KEY --by ADMIN --reason TEXT [--yes]`: remove something for good."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError

from accounts import names
from accounts.models import User
from annotations import purging


class Command(BaseCommand):
    help = (
        "Removes an object for good with all that hangs on it, from the history too, and leaves a "
        "tombstone. Of an account it removes what is personal. Without --yes it says what would go."
    )

    def add_arguments(self, parser):
        parser.add_argument("kind", choices=sorted(purging.KINDS))
        parser.add_argument("key", type=int, help="The number in its address.")
        parser.add_argument("--by", required=True, help="The admin who answers for it.")
        parser.add_argument("--reason", required=True, help="Why, for the tombstone.")
        parser.add_argument("--yes", action="store_true", help="Do it.")

    def handle(self, kind, key, by, reason, yes, **options):
        if not reason.strip():
            raise CommandError("Say why: --reason is what the tombstone will tell.")
        admin = User.objects.active().filter(username=names.normal_username(by)).first()
        if admin is None or not admin.may_administer:
            raise CommandError(f"{by} is no active admin.")
        row = purging.KINDS[kind]._base_manager.filter(pk=key).first()
        if row is None:
            raise CommandError(f"There is no {kind} {key}.")
        if row == admin:
            raise CommandError("Nobody purges their own account.")
        plan = purging.Plan(kind, row)
        self._preview(plan)
        if not yes:
            self.stdout.write("Nothing was removed. With --yes it is, for good.")
            return
        try:
            stone = purging.purge(plan, admin, reason.strip())
        except ProgrammingError as error:
            role = (settings.DATABASE_APP or {}).get("USER", "the app's role")
            raise CommandError(f"Only the database’s owner can purge, not {role}.") from error
        self.stdout.write(f"Removed. SHA-256 of what it was: {stone.sha256}")

    def _preview(self, plan):
        if plan.kind == "account":
            self.stdout.write(f"What is personal of the account {plan.row.username}:")
            self.stdout.write("  name, user name, password, sign-in links, and their history,")
            self.stdout.write("  the address for mail, drafts, kept searches")
            return
        self.stdout.write(f"{plan.kind} {plan.row.pk}, with all that hangs on it:")
        for name, count in plan.counts.items():
            self.stdout.write(f"  {count} {name}")
