"""What each new instance begins with, made once a process: what it speaks, compiled, and an empty database of today."""

from collections.abc import Callable
from pathlib import Path

_translations: dict[Path, bytes] = {}
_database: list[bytes] = []


def translations(compiles: Callable[[Path], Path]) -> Callable[[Path], Path]:
    """The same, which finds done what it did for another instance: whether it still holds is asked all the same."""

    def compiled(instance: Path) -> Path:
        folder = instance / "translations"
        if not folder.exists():
            for path, told in _translations.items():
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_bytes(told)
        compiles(instance)
        if not _translations:
            _translations.update({path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.*")})
        return folder

    return compiled


def database(file: Path, migrate: Callable[[], None]) -> None:
    """Bring a SQLite file to today's schema; a new one is a copy of the first that was made."""
    if _database and not file.exists():
        file.write_bytes(_database[0])
    new = not file.exists()
    migrate()
    if new:
        _database.append(file.read_bytes())
