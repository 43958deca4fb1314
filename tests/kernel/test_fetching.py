"""Fetching what a person typed the address of: real servers on loopback, and everything that would lead inside."""

import datetime
import gzip
import ipaddress
import socket
import ssl
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from kernel import fetching, reaching, unfetched
from tests.kernel.answering import EMPTY as BODY
from tests.kernel.answering import say, serving


@pytest.fixture
def near(monkeypatch):
    """Our own loopback may be read, nothing else of what is not public."""
    monkeypatch.setattr(reaching, "reachable", lambda ip, _port: str(ip) == "127.0.0.1")


def fetched(answer, path="/a.ics", **more):
    with serving(answer) as port:
        return fetching.get(f"http://127.0.0.1:{port}{path}", **more)


def test_what_stands_there_is_read_and_not_again_while_it_is_the_same(near):
    asked = []

    def answer(handler):
        asked.append((handler.path, dict(handler.headers)))
        known = handler.headers.get("If-None-Match") == '"7"'
        say(handler, b"" if known else BODY, 304 if known else 200, ETag='"7"')

    first = fetched(answer, "/a.ics?s=%20Ñ")
    assert (first.body, first.etag) == (BODY, '"7"')
    assert asked[0][0] == "/a.ics?s=%20%C3%91"
    assert asked[0][1]["Accept-Encoding"] == "identity"
    assert "Cookie" not in asked[0][1]
    assert fetched(answer, etag='"7"').body is None


def test_an_answer_whose_end_is_the_end_of_the_line_is_whole(near):
    assert fetched(lambda one: say(one, Content_Length=None, Connection="close")).body == BODY


@pytest.mark.parametrize("address", [
    "", "hola", "ftp://x.example/a", "file:///etc/passwd", "http://", "http://user:pass@x.example/", "http://@x.example/",
    "https://x.example:99999/", "https://x.example:0/", "https://x.example/a b", "https://x.example/a\r\nHost:b",
    "https://" + "a" * 70 + ".example/", "https://x.example/" + "a" * 2000, "http://[::1", "gopher://x", "https:///a",
])  # fmt: skip
def test_what_is_no_address_is_refused_before_anything_is_asked(address, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_told, **_more: pytest.fail("asked"))
    with pytest.raises(unfetched.NoAddress):
        fetching.get(address)


def test_a_subscription_address_is_the_web_s(monkeypatch):
    assert fetching.sound(" webcal://x.example/a.ics ") == "https://x.example/a.ics"
    assert fetching.host("https://MÜNCHEN.example/") == "xn--mnchen-3ya.example"


INSIDE = ["localhost", "127.0.0.1", "0x7f000001", "2130706433", "0177.0.0.1", "127.1", "0.0.0.0", "[::1]", "[::]",
          "[::ffff:10.0.0.1]", "[::ffff:127.0.0.1]", "[64:ff9b::a00:1]", "[2002:a00:1::]", "[fe80::1]", "[fc00::1]",
          "[fec0::1]", "[ff0e::1]", "10.1.2.3", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1",
          "224.0.0.1", "255.255.255.255", "１２７.0.0.1", "localhost."]  # fmt: skip


@pytest.mark.parametrize("host", INSIDE)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_nothing_of_our_own_network_is_asked(host, scheme, monkeypatch):
    monkeypatch.setattr(socket.socket, "connect", lambda *_told: pytest.fail("connected"))
    with pytest.raises((unfetched.Inside, unfetched.NoName)):
        fetching.get(f"{scheme}://{host}/")


def test_another_port_than_the_web_s_is_not_asked(monkeypatch):
    monkeypatch.setattr(socket.socket, "connect", lambda *_told: pytest.fail("connected"))
    with pytest.raises(unfetched.Inside):
        fetching.get("http://1.1.1.1:22/")


def resolving(monkeypatch, *answers):
    asked = []

    def answer(host, port, **_more):
        ips = answers[min(len(asked), len(answers) - 1)]
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in ips]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return asked


def test_a_name_that_leads_inside_is_refused_also_by_one_of_its_addresses(monkeypatch):
    resolving(monkeypatch, ["1.1.1.1", "10.0.0.5"])
    monkeypatch.setattr(socket.socket, "connect", lambda *_told: pytest.fail("connected"))
    with pytest.raises(unfetched.Inside):
        fetching.get("https://calendar.example/a.ics")


def test_a_name_is_asked_once_and_what_it_says_later_changes_nothing(monkeypatch):
    asked, gone = resolving(monkeypatch, ["1.1.1.1"], ["127.0.0.1"]), []

    def connect(_line, place):
        gone.append(place)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", connect)
    with pytest.raises(unfetched.Unfetched):
        fetching.get("http://calendar.example/a.ics")
    assert (asked, gone) == (["calendar.example"], [("1.1.1.1", 80)])


def test_where_one_address_of_a_name_is_dead_another_one_is_asked(monkeypatch):
    monkeypatch.setattr(reaching, "reachable", lambda _ip, _port: True)
    resolving(monkeypatch, ["127.0.0.2", "127.0.0.1"])  # nobody listens at the first
    with serving(say) as port:
        assert fetching.get(f"http://calendar.example:{port}/").body == BODY


@pytest.mark.parametrize("onward", ["http://169.254.169.254/latest", "//10.0.0.1/", "http://[::1]/"])
def test_a_redirect_that_leads_inside_is_not_followed(near, onward):
    with pytest.raises(unfetched.Inside):
        fetched(lambda one: say(one, b"", 302, Location=onward))


@pytest.mark.parametrize("onward", ["file:///etc/passwd", "http://a:b@x.example/", "http://[::1"])
def test_a_redirect_to_what_is_no_address_is_not_followed(near, onward):
    with pytest.raises(unfetched.Unfetched):
        fetched(lambda one: say(one, b"", 302, Location=onward))


def test_some_redirects_are_followed_and_no_circle(near):
    asked = []

    def answer(handler):
        asked.append(handler.path)
        count = int(handler.path[1:])
        say(handler, *((BODY, 200) if count == 0 else (b"", 302)), Location=f"/{count - 1}")

    assert fetched(answer, "/3").body == BODY
    with pytest.raises(unfetched.Lost):
        fetched(answer, "/9")
    assert len(asked) == 8


@pytest.mark.parametrize(("status", "refusal"), [
    (404, unfetched.NotThere), (410, unfetched.NotThere), (401, unfetched.Denied), (403, unfetched.Denied),
    (500, unfetched.Wrong), (206, unfetched.Wrong), (302, unfetched.Wrong),
])  # fmt: skip
def test_another_answer_says_what_it_means(near, status, refusal):
    with pytest.raises(refusal):
        fetched(lambda one: say(one, b"x", status))


def test_what_does_not_end_is_not_read_to_its_end(near):
    def endless(handler):
        say(handler, Content_Length=None)
        while True:
            handler.wfile.write(b"x" * 65536)

    with pytest.raises(unfetched.Large):
        fetched(endless)


def test_what_is_packed_small_and_is_large_is_refused_and_what_is_small_read(near):
    def packed(body):
        return lambda one: say(one, gzip.compress(body), Content_Encoding="gzip")

    with pytest.raises(unfetched.Large):
        fetched(packed(b"x" * 50_000_000))
    assert fetched(packed(BODY)).body == BODY
    with pytest.raises(unfetched.Unfetched):
        fetched(lambda one: say(one, gzip.compress(BODY)[:-9], Content_Encoding="gzip"))
    with pytest.raises(unfetched.Wrong):
        fetched(lambda one: say(one, Content_Encoding="br"))


def test_half_of_an_answer_is_none(near):
    with pytest.raises(unfetched.Unfetched):
        fetched(lambda one: (say(one, Content_Length="999"), one.connection.shutdown(socket.SHUT_RDWR)))


@pytest.mark.parametrize("where", ["body", "head"])
def test_what_drips_ends_in_time_as_a_whole(near, monkeypatch, where):
    monkeypatch.setattr(fetching, "SECONDS", 0.5)

    def drip(handler):
        if where == "body":
            say(handler, b"", Content_Length="1000")
        for number in range(100):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            drips.append(number)
            time.sleep(0.05)

    drips = []
    with pytest.raises(unfetched.Slow):
        fetched(drip)
    assert len(drips) < 100  # which take five seconds: none of them alone is late


def test_a_name_that_nobody_answers_for_does_not_hold_everything(monkeypatch):
    monkeypatch.setattr(fetching, "SECONDS", 0.1)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_told, **_more: time.sleep(1))
    with pytest.raises(unfetched.Slow):
        fetching.get("https://slow.example/")


def test_a_name_that_does_not_exist_is_said(monkeypatch):
    def unknown(*_told, **_more):
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(unfetched.NoName):
        fetching.get("https://nowhere.example/")


def certified(folder, name):
    """A certificate for that name, and those who believe it."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    made = x509.CertificateBuilder().subject_name(who).issuer_name(who).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now - datetime.timedelta(days=1))
    made = made.not_valid_after(now + datetime.timedelta(days=1))
    alt = x509.SubjectAlternativeName([x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("192.0.2.1"))])
    cert = made.add_extension(alt, critical=False).sign(key, hashes.SHA256())
    plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = folder / "both.pem"
    file.write_bytes(cert.public_bytes(serialization.Encoding.PEM)
                     + key.private_bytes(serialization.Encoding.PEM, *plain))  # fmt: skip
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    return server, ssl.create_default_context(cafile=str(file))


def test_a_certificate_has_to_be_good_for_that_very_name(near, monkeypatch, tmp_path):
    server, believes = certified(tmp_path, "good.example")
    resolving(monkeypatch, ["127.0.0.1"])
    with serving(say, context=server) as port:
        with pytest.raises(unfetched.Untrusted):  # nobody believes it
            fetching.get(f"https://good.example:{port}/")
        monkeypatch.setattr(reaching, "trust", lambda: believes)
        assert fetching.get(f"https://good.example:{port}/").body == BODY
        with pytest.raises(unfetched.Untrusted):
            fetching.get(f"https://other.example:{port}/")


def test_from_a_safe_line_nobody_is_sent_to_an_open_one(near, monkeypatch, tmp_path):
    server, believes = certified(tmp_path, "good.example")
    resolving(monkeypatch, ["127.0.0.1"])
    monkeypatch.setattr(reaching, "trust", lambda: believes)
    down = {"Location": "http://good.example/open"}
    with serving(lambda one: say(one, b"", 302, **down), context=server) as port, pytest.raises(unfetched.Lost):
        fetching.get(f"https://good.example:{port}/")


def test_what_is_refused_never_names_the_address(near):
    def drop(handler):
        handler.connection.close()

    for answer in (lambda one: say(one, b"", 404), lambda one: say(one, b"", 500), drop):
        with pytest.raises(unfetched.Unfetched) as told:
            fetched(answer, "/secret-token.ics")
        assert "secret-token" not in f"{told.value!r} {told.value} {told.value.__cause__!r}"
        assert told.value.__suppress_context__ or told.value.__context__ is None
