"""Every write to the places that all initiatives of an installation share."""

from shidra.foundation.places.usecases.keep_shared_places import (
    PlaceRow,
    add_shared_place,
    change_shared_place,
    import_shared_places,
)

__all__ = ["PlaceRow", "add_shared_place", "change_shared_place", "import_shared_places"]
