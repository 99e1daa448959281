"""The look of every page: tokens, styles, icons, frames, components, charts. Stands on the kernel alone; has no tables.

Frames (templates):

- `look/base_public.html`  blocks: title, head, body_class, crumbs, content, footer, scripts
- `look/base_work.html`    blocks: title, head, body_class ("task" narrows the rail), lead (or inside it: crumbs,
  heading, beside_heading, so_what), content, scripts. htmx is loaded here, with the CSRF token on <body>.
- `look/base_form.html`    one narrow column; blocks: title, head, lead (heading, so_what), content, footer, scripts

They read one variable, `shell`, that an entrypoint's context processor sets (see `shell.Shell`: nav, initiative,
initiatives, languages, person, home_url, search_url, sign_in_url, footer, release, licence, fictional). Whatever is
absent is not shown; a link to a page that does not exist must not be in it. `crumbs` (Links or (label, url) pairs) is
read too.

Components and formatting are tags and filters of `templatetags/look.py`, values they take are in `parts.py`, form
fields in `forms.py`, charts in `charts.py`. The gallery (`look/gallery/`, for staff and in debug mode) shows them all.
"""
