// Reports are text: who imports them gets the style, escapes and JSON that they are written with.
@_exported public import TextOutput
