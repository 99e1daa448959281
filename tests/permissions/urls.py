"""Every address of the workspace, found in the url resolver."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import translation


@dataclass(frozen=True)
class Address:
    """A url pattern of the workspace. `name` as `reverse` takes it; `arguments` besides the initiative."""

    name: str
    route: str
    view: Callable[..., Any]
    in_initiative: bool
    arguments: tuple[str, ...]

    def __str__(self) -> str:
        return self.name


def workspace_addresses() -> list[Address]:
    """All of them, in the order of the resolver."""
    with translation.override("en"):
        return [address for address in _walk(get_resolver(), "", "") if address.route.startswith("en/work/")]


def _walk(resolver: URLResolver, route: str, namespace: str) -> Iterator[Address]:
    for entry in resolver.url_patterns:
        here = route + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _walk(entry, here, inner)
        elif isinstance(entry, URLPattern):
            assert entry.name, f"{here} has no name"
            names = [part.split(":")[-1].rstrip(">") for part in here.split("/") if part.startswith("<")]
            yield Address(
                namespace + entry.name,
                here,
                entry.callback,
                "initiative" in names,
                tuple(name for name in names if name != "initiative"),
            )
