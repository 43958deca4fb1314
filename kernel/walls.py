"""The walls between tenants: listeners on every session, and row-level security on every table in PostgreSQL."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Connection, Select, Table, TextClause, event, inspect
from sqlalchemy.orm import Mapper, ORMExecuteState, Session, UOWTransaction, with_loader_criteria
from sqlalchemy.sql import visitors

from kernel import tenancy
from kernel.db import Base
from kernel.tenancy import Binnable, ForeignTenant, TenantOwned

APP_ROLE = "plaza_app"
_OWN = (
    "tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::bigint)"  # asked once, not of each row
    " OR (SELECT current_setting('app.scope', true)) = 'system'"
)


_UNBINNED = with_loader_criteria(Binnable, lambda cls: cls.binned_at.is_(None), include_aliases=True)


@event.listens_for(Session, "do_orm_execute")
def only_own_rows(state: ORMExecuteState) -> None:
    """Give every statement over tenants' rows its tenant, or refuse it."""
    classes = _classes(state)
    if any(issubclass(cls, TenantOwned) for cls in classes) and not tenancy.is_system():
        _own(state)
    elif not classes and not tenancy.is_system() and not state.execution_options.get("own_sql"):
        _indirect(state)
    if not state.execution_options.get("binned") and not state.is_insert:
        _ask(state, _UNBINNED)


def _classes(state: ORMExecuteState) -> list[type]:
    """Whose rows a statement gives back; where each column says so itself nobody works out how it will be read."""
    if isinstance(state.statement, Select):
        said = [column._annotations.get("parententity") for column in state.statement._raw_columns]
        if said and all(one is not None for one in said):
            return [cast(Any, one).mapper.class_ for one in said]
    return [mapper.class_ for mapper in state.all_mappers]


def _ask(state: ORMExecuteState, criteria: Any) -> None:
    """Add criteria, unless the statement carries them: a row that is read anew brings those it was loaded with."""
    if not any(option is criteria for option in getattr(state.statement, "_with_options", ())):
        state.statement = state.statement.options(criteria)


def _indirect(state: ORMExecuteState) -> None:
    """A count over a subquery names no class by itself; bare tables and text carry no tenant and are refused."""
    owned, inside = _owned(), False
    for part in visitors.iterate(cast(Any, state.statement)):
        if isinstance(part, TextClause) or (isinstance(part, Select) and _bare(part, owned)):
            raise ForeignTenant("a statement without classes carries its tenant itself and says own_sql=True")
        inside = inside or (isinstance(part, Table) and part.name in owned)
    if inside:
        _ask(state, _criteria(tenancy.current()))


@lru_cache(maxsize=1)
def _owned() -> frozenset[str]:
    return frozenset(tables())


@event.listens_for(Mapper, "after_mapper_constructed")
def _one_more(_mapper: Mapper[Any], _cls: type) -> None:
    """A class that came later stands behind the wall too."""
    _owned.cache_clear()


def _bare(part: Select[Any], owned: frozenset[str]) -> bool:
    orm = part._propagate_attrs.get("compile_state_plugin") == "orm"
    return not orm and any(isinstance(place, Table) and place.name in owned for place in part.get_final_froms())


@lru_cache(maxsize=1000)
def _criteria(tenant_id: int) -> Any:
    return with_loader_criteria(TenantOwned, lambda cls: cls.tenant_id == tenant_id, include_aliases=True)


def _own(state: ORMExecuteState) -> None:
    tenant_id = tenancy.current()
    if state.is_insert:
        _own_insert(state, tenant_id)
        return
    if state.is_update and isinstance(state.parameters, list):
        raise ForeignTenant("update rows by a condition, not by a list of keys")
    _ask(state, _criteria(tenant_id))


def _own_insert(state: ORMExecuteState, tenant_id: int) -> None:
    statement: Any = state.statement
    if statement._multi_values or statement.select is not None:
        raise ForeignTenant("insert rows as parameters")
    given: Any = state.parameters
    rows = given if isinstance(given, list) else [given] if given else []
    for row in rows:
        if row.setdefault("tenant_id", tenant_id) != tenant_id:
            raise ForeignTenant("a row of another tenant")
    if not rows:
        _refuse_foreign(statement, tenant_id)
        state.statement = statement.values(tenant_id=tenant_id)


def _refuse_foreign(statement: Any, tenant_id: int) -> None:
    for column, bound in (statement._values or {}).items():
        if getattr(column, "name", column) == "tenant_id" and getattr(bound, "value", bound) != tenant_id:
            raise ForeignTenant("a row of another tenant")


@event.listens_for(Session, "before_flush")
def stamp(session: Session, _context: UOWTransaction, _instances: Any) -> None:
    """Stamp new rows with the tenant and refuse a row of another one."""
    for row in (*session.new, *session.dirty, *session.deleted):
        if isinstance(row, TenantOwned) and not (tenancy.is_system() and row.tenant_id):
            if row.tenant_id is None:
                row.tenant_id = tenancy.current()
            elif row.tenant_id != tenancy.current():
                raise ForeignTenant(f"{type(row).__name__} of another tenant")


def tables() -> Iterator[str]:
    """The names of all tables with tenants' rows."""
    for mapper in Base.registry.mappers:
        if issubclass(mapper.class_, TenantOwned):
            yield str(mapper.local_table)


def build(connection: Connection) -> None:
    """Build the second wall on PostgreSQL: a role that owns nothing, forced row-level security on every table."""
    if connection.dialect.name != "postgresql":
        return
    run = connection.exec_driver_sql
    run(
        f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN "
        f"CREATE ROLE {APP_ROLE} NOLOGIN NOSUPERUSER NOBYPASSRLS; END IF; "
        f"EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
    )
    run(f"GRANT {APP_ROLE} TO CURRENT_USER")
    run(f"GRANT USAGE ON SCHEMA public TO {APP_ROLE}")
    run(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {APP_ROLE}")
    run(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")
    there = set(inspect(connection).get_table_names())  # on the way to today's schema some are still to come
    for name in sorted(there.intersection(tables())):
        _wall(connection, name)


def _wall(connection: Connection, name: str) -> None:
    run = connection.exec_driver_sql
    run(f'ALTER TABLE "{name}" ENABLE ROW LEVEL SECURITY')
    run(f'ALTER TABLE "{name}" FORCE ROW LEVEL SECURITY')
    run(f'DROP POLICY IF EXISTS own ON "{name}"')
    run(f'CREATE POLICY own ON "{name}" USING ({_OWN}) WITH CHECK ({_OWN})')
