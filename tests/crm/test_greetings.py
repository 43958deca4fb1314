"""Greetings: a person by the first name, with the title that they go by, a house by its whole name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm import greetings


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("Ana Rojas Mora", "Ana"),
        ("  Ana   Rojas", "Ana"),
        ("Doña María Quesada", "Doña María"),
        ("Dra. Elena Soto", "Dra. Elena"),
        ("Don", "Don"),
        ("Distribuidora El Roble", "Distribuidora El Roble"),
        ("Panadería Horno de Tizapola", "Panadería Horno de Tizapola"),
        ("Café Volcán S.A.", "Café Volcán S.A."),
        ("Nube Gris S. de R.L. de C.V.", "Nube Gris S. de R.L. de C.V."),
        ("El Roble, Ltda", "El Roble, Ltda"),
        ("Rosa Sala", "Rosa"),  # ends in the signs of a form, and is none
        ("Lisa", "Lisa"),
        ("Tomás Elsa", "Tomás"),
        ("", ""),
    ],
)
def test_how_somebody_is_called(name, called):
    assert greetings.first(name) == called


@given(st.text(max_size=60))
def test_whatever_stands_as_a_name_is_called_by_its_first_words(name):
    called = greetings.first(name)
    assert " ".join(name.split()).startswith(called)
    assert bool(called) == bool(name.split())
