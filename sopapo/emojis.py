"""What counts as one emoji."""

import emoji

VARIATION = "\ufe0f"
WHOLE = emoji.STATUS["fully_qualified"]
# Keyboards leave out the selector that asks for colour; the form with it is the one that we keep.
FORMS = {text.replace(VARIATION, ""): text for text, about in emoji.EMOJI_DATA.items() if about["status"] == WHOLE}


def one_emoji(text: str) -> str:
    """Take one emoji as people see it, however many code points it has, in its full form; raise ValueError."""
    form = FORMS.get(text.replace(VARIATION, "")) if emoji.is_emoji(text) else None
    if form is None:
        message = "not exactly one emoji"
        raise ValueError(message)
    return form
