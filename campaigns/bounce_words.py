"""What servers say when a letter comes back, in the languages in which they say it; for every meaning one pattern."""

import re


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE | re.MULTILINE)


FULL = _any(
    r"mailbox (is |was )?full", r"(over|exceed\w*|out of|beyond).{0,30}(quota|storage|disk)",
    r"quota.{0,20}(exceed|full)",
    r"storage (space|quota)", r"(reached|daily|hourly).{0,20}(quota|limit)", r"(folder|inbox|account|box) (is )?full",
    r"too much mail data", r"insufficient", r"temporar\w+ locked", r"buz[oó]n.{0,12}llen", r"casilla.{0,12}llen",
    r"cuota.{0,20}(exced|super|agot)", r"sin espacio", r"bo[iî]te.{0,20}pleine", r"caixa.{0,20}cheia",
    r"postfach.{0,20}voll", r"メールボックスが一杯",
)  # fmt: skip
CLOSED = _any(
    r"recipient address(es)? rejected ?: ?access denied", r"disabled recipient", r"has moved",
    r"(account|mailbox|user|recipient|address|email).{0,45}(disabled|suspended|deactivated|discontinued|inactive|frozen)",
    r"(account|mailbox).{0,45}(terminated|closed)", r"recipient account is blocked",
    r"(cuenta|usuario|buz[oó]n).{0,40}(deshabilitad|desactivad|suspendid|inactiv|bloquead)",
)  # fmt: skip
REFUSED = _any(
    r"sender.{0,20}(reject|denied|refused)", r"name was rejected", r"\b(spf|dkim|dmarc)\b", r"unauthenticated",
    r"authenticat", r"reverse dns", r"\bptr\b", r"access denied", r"denied access", r"banned", r"black ?list",
    r"block ?list", r"blocked", r"\bspam", r"\bube\b", r"unsolicited", r"bulk e?mail", r"polic(y|ies)", r"reputation",
    r"suspicious", r"message content", r"content (reject|presents|filter|polic)", r"virus", r"illegal",
    r"potential security", r"security (polic|reason|issue|risk)", r"relay(ing)? (denied|access|not)",
    r"(to|open) relay", r"not allowed", r"unwanted", r"weren.t sent", r"rfc ?5322", r"not (a )?member",
    r"mail rejet", r"header error", r"protocol violation", r"unrout\w+ sender", r"smtp server of your isp",
    r"mismatches", r"preferences", r"frequency", r"too many recipients", r"sent to too many", r"transaction failed",
    r"invalid domain name", r"domain is invalid", r"valid from:", r"smtp auth", r"permission (to|for) post",
    r"not authorized", r"^rejected\W*$", r"advertise auth", r"addresses in from", r"correo no deseado",
    r"pol[ií]tica", r"lista negra", r"no autorizad", r"rechazad[oa] por contenido",
)  # fmt: skip
UNKNOWN = _any(
    r"unknown.{0,12}(user|recipient|address|host|account|mailbox)", r"(user|host|recipient|account).{0,12}unknown",
    r"no such (user|mailbox|recipient|address|account|person|domain|host|name)", r"n.t have an? .{0,40}account",
    r"(does ?n.t|does not|not|no longer|never) exists?", r"not (be )?found", r".n.t (be )?found", r"notfound",
    r"not listed", r"no mailbox", r"invalid.{0,15}(recipient|address|user|mailbox|domain|destin|to\b)",
    r"address rejected", r"recipient rejected", r"address unknown", r"mailbox unavailable",
    r"not our (user|customer)", r"not a registered", r"no valid recip", r"find (a|any) (mail exchanger|host|gateway)",
    r"not reachable", r"(not|n.t) (accept|receive) e?mail", r"null mx", r"not accepting", r"find your recipient",
    r"check if address is correct", r"no existe", r"inexistente", r"desconocid", r"inv[aá]lid",
    r"no se encontr", r"inconnu", r"n.existe pas", r"n[aã]o existe", r"desconhecid", r"unbekannt", r"не найден",
    r"見つかりません",
)  # fmt: skip
LATER = _any(
    r"time[ds]?[ -]?out", r"expired", r"retry", r"retries", r"temporar", r"again later", r"deferred", r"delay",
    r"gr[ae]ylist", r"refused", r"not responding", r"\bloop", r"too (large|big)", r"size", r"\brate\b", r"hop count",
    r"unavailable", r"network", r"system error", r"could not deliver for", r"not delivered within", r"delivered for",
    r"giving up", r"attempts", r"resources", r"intente.{0,20}(m[aá]s tarde|de nuevo)", r"tiempo de espera",
    r"demasiado grande",
)  # fmt: skip
SAID = (("soft", FULL), ("hard", CLOSED), ("blocked", REFUSED), ("hard", UNKNOWN), ("soft", LATER))
DAEMON = _any(
    r"mailer[-_. ]?daemon", r"post[-_]?master", r"mail[-_. ]?delivery", r"mail[-_]?daemon",
    r"delivery[-_. ]?(system|subsystem)", r"<>", r"mdaemon", r"ndr administrator",
)  # fmt: skip
FAILED = _any(
    r"undeliver", r"deliver\w* (fail|status|problem|report)", r"not (be )?delivered", r"returned",
    r"return(ing)? to sender", r"failure", r"failed", r"delayed", r"mail (system )?error", r"could not", r"blocked",
    r"warning", r"error", r"no entregad", r"no se pudo", r"devuelto", r"rechazad", r"non remis", r"unzustellbar",
    r"недоставлен", r"не доставлено",
)  # fmt: skip
AWAY = _any(
    r"out of (the )?office", r"auto(matic)?[- ]?(reply|response|matische)", r"away (until|from)", r"\baway\b",
    r"vacation", r"on leave", r"fuera de (la )?oficina", r"respuesta autom", r"autorrespuesta", r"ausen",
    r"vacaciones", r"f[eé]rias", r"abwesen", r"absence",
)  # fmt: skip
SENDER = re.compile(r"(after|reply to) MAIL FROM")  # the other side refused us, not its own
GROUPS = "groups.google.com/support"
