"""Slips in e-mail addresses: the usual ones are noticed, real domains that look like them never are."""

import pytest

from kernel import mailbox_slips

SLIPS = {
    "gmail.com": "gmial.com gmai.com gmail.con gmail.cm gmail.co gnail.com gmaill.com gmal.com gamil.com gmial.con "
    "gmail.vom gmail.comm",
    "hotmail.com": "hotmial.com hotmai.com hotmal.com hotnail.com hotmail.con hotmil.com homail.com",
    "yahoo.com": "yaho.com yahooo.com yhoo.com yahoo.con", "yahoo.es": "yaho.es",
    "outlook.com": "outlok.com outlook.cm outllok.com outloook.com", "icloud.com": "iclud.com icoud.com",
    "yahoo.com.mx": "yaho.com.mx yahoo.con.mx", "live.com": "live.con", "panes.com": "panes.con",
}  # fmt: skip
REAL = """gmail.com hotmail.com ymail.com gmx.com gmx.es email.com mail.com live.com.mx hotmail.es yahoo.com.mx icloud.com
    me.com mac.com aol.com msn.com live.com outlook.es outlook.cl hotmail.cl hotmail.fr yahoo.fr yahoo.ca yahoo.de
    yahoo.com.pe yahoo.com.pa yahoo.com.py yahoo.co.uk cloud.com proton.me protonmail.com ice.go.cr ice.co.cr racsa.co.cr
    prodigy.net.mx une.net.co terra.es tierra.com inbox.com usa.com example.com ucr.ac.cr gob.gt zoho.com tutanota.com
    fastmail.com hey.com qq.com mail.ru yandex.com web.de gmail.com.br pollo.com.gt con.es""".split()  # noqa: SIM905


@pytest.mark.parametrize(("right", "wrong"), [(right, one) for right, many in SLIPS.items() for one in many.split()])
def test_a_usual_slip_is_noticed(right, wrong):
    assert mailbox_slips.meant(f"Ana.Mora+x@{wrong.upper()}") == f"Ana.Mora+x@{right}"


@pytest.mark.parametrize("domain", REAL)
def test_a_real_domain_is_none(domain):
    assert mailbox_slips.meant(f"ana@{domain}") == ""


@pytest.mark.parametrize("nothing", [None, "", "ana", "@gmial.com", "ana@", "@", "8888 7777", 7, "ana@com", "ana@.con"])
def test_what_is_no_address_is_none(nothing):
    assert mailbox_slips.meant(nothing) in {"", "ana@.com"}
