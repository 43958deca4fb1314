"""Pages whose blocks are for people with a tag follow when it gets another name, what is shown and what is drafted."""

from crm import tag_blocks, tag_changes
from kernel.i18n import _, pick
from shop.pages import Page


def _called(page: Page) -> str:
    return _("Page “%(name)s”", name=pick(page.working_title))


def init_app(_app: object) -> None:
    """Let them follow."""
    tag_changes.follows("pages", tag_blocks.Kept(Page, ["draft", "live"], _called).follower())
