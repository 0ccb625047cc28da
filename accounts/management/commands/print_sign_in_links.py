"""One fresh link for each of the first three accounts."""

from django.core.management.base import BaseCommand

from accounts import links
from accounts.models import Role, User


class Command(BaseCommand):
    help = "Prints a one-time link for each active account named researcher, editor or admin."

    def add_arguments(self, parser):
        parser.add_argument("--base-url", default="http://127.0.0.1:8000", metavar="URL")

    def handle(self, *, base_url, **options):
        users = {
            user.username: user for user in User.objects.active().filter(username__in=Role.values)
        }
        for name in Role.values:
            if name in users:
                path = links.issue(users[name])
                self.stdout.write(f"{name:<10}  {base_url.rstrip('/')}{path}")
