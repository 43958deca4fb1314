"""What campaigns show: to staff the letters and their reports, to readers the way out and where a link leads."""

from kernel import web

store = web.store("campaigns")
admin = web.admin("campaigns")
