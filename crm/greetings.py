"""Greetings: by which word somebody is called: "Ana", "Doña María", a house by its whole name."""

import re
import unicodedata

TITLES = frozenset(
    """arq don dona doctor doctora dr dra fray ing lic licda mr mrs ms padre pbro prof profa profesor profesora senor
    senora senorita sor sr sra srta""".split()  # noqa: SIM905
)
HOUSES = frozenset(
    """abastecedor agencia almacen asociacion bar bodega cafeteria camara centro clinica colegio comercial compania
    constructora consultorio cooperativa corporacion despacho distribuidora empresa empresas escuela farmacia ferreteria
    finca fundacion grupo hacienda hostal hotel iglesia imprenta industrias instituto inversiones laboratorio libreria
    mercado ministerio municipalidad negocios oficina oficinas operadora panaderia pasteleria pizzeria pulperia
    restaurante servicios sociedad soda super supermercado taller tienda tostaduria transportes
    universidad""".split()  # noqa: SIM905
)
FORM = re.compile(  # how a company's name ends: S.A., S. de R.L. de C.V., Ltda., SAS …
    r"(?:^|[\s,])(?:s\.?\s?a\.?|s\.?\s?a\.?\s?s\.?|s\.?\s?r\.?\s?l\.?|e\.?\s?i\.?\s?r\.?\s?l\.?|s\.?\s?de\s?r\.?\s?l\.?"
    r"|ltda\.?|limitada|inc\.?|llc|ltd\.?|gmbh|r\.\s?l\.)(?:\s?de\s?c\.?\s?v\.?)?$",
    re.IGNORECASE,
)


def first(name: str) -> str:
    """What a letter calls whoever has that name; '' for none."""
    words = name.split()
    if not words:
        return ""
    if _plain(words[0]) in HOUSES or FORM.search(name.strip()):
        return " ".join(words)
    return " ".join(words[: 2 if _plain(words[0]) in TITLES else 1])


def _plain(word: str) -> str:
    bare = unicodedata.normalize("NFKD", word.casefold())
    return "".join(sign for sign in bare if sign.isalpha())
