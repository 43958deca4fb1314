"""Messages of a return mailbox as tests write them: reports, plain words, complaints, answers, and ordinary letters."""

from email.message import EmailMessage
from textwrap import dedent

HOST = "plaza.localhost"


def report(
    token: str, diagnostic: str, *, status: str = "5.0.0", action: str = "failed", to: str = "ana@example.com"
) -> bytes:
    """A delivery report (RFC 3464) about one letter."""
    return dedent(f"""\
        Return-Path: <>
        From: Mail Delivery System <MAILER-DAEMON@mx.example.net>
        To: b+{token}@{HOST}
        Subject: Undelivered Mail Returned to Sender
        Content-Type: multipart/report; report-type=delivery-status; boundary="zz"

        --zz
        Content-Type: text/plain

        I'm sorry to have to inform you that your message could not be delivered.

        --zz
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mx.example.net

        Final-Recipient: rfc822; {to}
        Action: {action}
        Status: {status}
        Diagnostic-Code: smtp; {diagnostic}

        --zz
        Content-Type: message/rfc822

        From: cafe@{HOST}
        To: {to}
        Message-ID: <{token}@{HOST}>
        Subject: =?utf-8?q?Caf=C3=A9_nuevo?=

        Hola
        --zz--
        """).encode()


def words(
    text: str, *, sender: str = "MAILER-DAEMON@mx.example.net", subject: str = "failure notice", to: str = ""
) -> bytes:
    """What a machine says in plain words."""
    made = EmailMessage()
    made["Return-Path"], made["From"], made["To"], made["Subject"] = "<>", sender, to or f"cafe@{HOST}", subject
    made.set_content(text)
    return bytes(made)


def complaint(token: str, kind: str = "abuse") -> bytes:
    """A complaint (RFC 5965) by a mailbox provider."""
    return dedent(f"""\
        From: feedback@provider.example
        To: fbl@{HOST}
        Subject: FW: Novedades
        Content-Type: multipart/report; report-type=feedback-report; boundary="zz"

        --zz
        Content-Type: text/plain

        This is an email abuse report.

        --zz
        Content-Type: message/feedback-report

        Feedback-Type: {kind}
        User-Agent: Provider/1.0

        --zz
        Content-Type: message/rfc822

        From: cafe@{HOST}
        Message-ID: <{token}@{HOST}>
        List-Unsubscribe: <https://cafe.{HOST}/u/{token}>
        Subject: Novedades

        Hola
        --zz--
        """).encode()


def letter(subject: str, text: str, *, sender: str = "Ana <ana@example.com>", **headers: str) -> bytes:
    """What somebody wrote."""
    made = EmailMessage()
    made["Return-Path"] = f"<{sender.split('<')[-1].strip('>')}>"
    made["From"], made["To"], made["Subject"] = sender, f"cafe@{HOST}", subject
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    return bytes(made)


def forwarded(raw: bytes) -> bytes:
    """Somebody asks what that message means that came back to them."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = (
        "ana@example.com",
        f"cafe@{HOST}",
        "Fwd: Undelivered Mail Returned to Sender",
    )
    made.set_content("Me llegó esto, ¿qué significa?")
    made.add_attachment(raw, "application", "octet-stream", filename="devuelto.eml")
    return bytes(made)


ORDINARY = [
    letter("Pedido 1042", "Hola, ¿ya salió mi pedido? Gracias."),
    letter("Re: Café nuevo", "Quiero dos bolsas.\n\n> Café nuevo\n> Darme de baja"),
    letter("My mail could not be delivered?", "I wrote yesterday and got: 550 5.1.1 user unknown. Is your mailbox full?"),
    letter("Fwd: Undelivered Mail Returned to Sender", "Me llegó esto:\n\nFrom: MAILER-DAEMON\n<x@y.cr>: host said: 550 5.1.1 User unknown"),
    letter("Bounces of the week: hard, soft and blocked", "In this newsletter: what 550 5.7.1 means, mailbox full, spam complaints, "
           "delivery failure and how to read DSN reports.", sender="Deliverability Weekly <news@deliver.example>", List_Id="<w.deliver.example>"),
    letter("Delivery status of your parcel: delivered", "Your parcel could not be delivered yesterday; it was returned to the depot.",
           sender="Correos <avisos@correos.example>"),
    letter("Aviso: su entrega no se pudo realizar", "No se pudo entregar el paquete. Intente más tarde.", sender="Envíos <no-reply@envios.example>"),
    letter("Failure of the oven", "The oven failed, error 451. Returned to the maker.", sender="Taller <taller@example.org>"),
    letter("Invoice 550-5.1.1", "Total 550.00. Rejected items were returned.", sender="Proveedor <ventas@proveedor.example>"),
    letter("Vuelvo el lunes con el pedido", "No hay apuro."),
    letter("Factura devuelta", "La dirección no existe en el sistema, ¿la corrige?", sender="Contadora <conta@example.com>"),
    letter("Warning: your domain expires", "Renew it.", sender="Registrar <billing@registrar.example>"),
    letter("Spam report", "Su tienda me manda spam.", sender="Luis <luis@example.com>"),
    letter("Undeliverable", "A song by nobody.", sender="Banda <hola@banda.example>"),
    letter("out of stock", "Is the mug out of stock? Account 552.", sender="Eva <eva@example.com>"),
    letter("Newsletter of a list", "Hello list", sender="bot@lists.example", Precedence="bulk", Auto_Submitted="auto-generated"),
    letter("Reporte diario", "Todo bien, 0 errores", sender="cron@example.com", Auto_Submitted="auto-generated"),
    forwarded(report("A" * 22, "550 5.1.1 User unknown", status="5.1.1")),
]  # fmt: skip
