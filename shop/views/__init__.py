"""The shop's pages: `from shop.views import store` for shoppers, `admin` for staff, `hooks` for machines."""

from kernel import web

store = web.store("shop")
admin = web.admin("shop")
hooks = web.hooks("shop")
