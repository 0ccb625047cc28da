from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from annotations import carrying
from talks.models import Article


class Command(BaseCommand):
    help = "Put an article in the place of one that it corrects, and carry over what was said."

    def add_arguments(self, parser):
        parser.add_argument("new", type=int, metavar="NEW", help="the number of the newer article")
        parser.add_argument("old", type=int, metavar="OLD", help="of the one it supersedes")
        parser.add_argument("--as", required=True, metavar="NAME", dest="name", help="an admin")

    def handle(self, *args, new, old, name, **options):
        admin = User.objects.active().filter(username=name).first()
        if admin is None or not admin.may_administer:
            raise CommandError(f"{name!r} is no active admin.")
        articles = Article.objects.in_bulk([new, old])
        if missing := {new, old} - articles.keys():
            raise CommandError(f"There is no article {min(missing)}.")
        try:
            act = carrying.supersede(admin, articles[new], articles[old], articles[new].version)
        except carrying.Refused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{act.summary}." if act else "It supersedes that article already.")
