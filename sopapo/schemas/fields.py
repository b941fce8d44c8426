"""The fields that requests are made of, with their bounds, and the base of all requests."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema
from pydantic_core.core_schema import no_info_after_validator_function

from sopapo.emojis import one_emoji

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
LONE_SURROGATE = re.compile("[\ud800-\udfff]")
BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
MAX_SEQ = 2**63 - 1


class Request(BaseModel):
    """A request as it came in: exact types, no unknown fields, never changed."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    def changes(self) -> dict[str, Any]:
        """Return the fields that the client gave, by name."""
        return {name: getattr(self, name) for name in self.model_fields_set}


def storable(text: str) -> str:
    """Refuse what no database and no JSON can hold: NUL, and surrogates that are alone."""
    if "\x00" in text:
        message = "the text holds a NUL character"
        raise ValueError(message)
    if not text.isascii() and LONE_SURROGATE.search(text):
        message = "the text holds half of a character"
        raise ValueError(message)
    return text


def one_line(text: str) -> str:
    """Take a name without outer white space; refuse what would deceive the eye in a list of names."""
    text = text.strip()
    if any(unicodedata.category(char) == "Cc" or char in BIDI_CONTROLS for char in text):
        message = "the text holds control characters"
        raise ValueError(message)
    return text


def canonical_uuid(text: str) -> str:
    """Take a UUID in its usual form, in lower case."""
    if not UUID.fullmatch(text):
        message = "not a UUID"
        raise ValueError(message)
    return text.lower()


def each_once(items: list[Any]) -> list[Any]:
    """Refuse the same twice."""
    if len(set(items)) < len(items):
        message = "the same is given twice"
        raise ValueError(message)
    return items


@dataclass(frozen=True, slots=True)
class Length:
    """Bounds the number of code points, after the text has been trimmed."""

    low: int
    high: int

    def check(self, text: str) -> str:
        """Refuse what is out of bounds."""
        if not self.low <= len(text) <= self.high:
            message = f"needs {self.low} to {self.high} characters"
            raise ValueError(message)
        return text

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return handler(schema) | {"minLength": self.low, "maxLength": self.high}


Text = Annotated[str, AfterValidator(storable)]
Line = Annotated[Text, AfterValidator(one_line)]
Id = Annotated[str, AfterValidator(canonical_uuid), Field(json_schema_extra={"format": "uuid"})]
Seq = Annotated[int, Field(ge=1, le=MAX_SEQ)]
Rev = Annotated[int, Field(ge=0, le=MAX_SEQ)]

Name = Annotated[Line, Length(1, 64)]
RoomName = Annotated[Line, Length(1, 100)]
Description = Annotated[Text, AfterValidator(str.strip), Length(0, 2000)]
About = Annotated[Text, AfterValidator(str.strip), Length(0, 280)]
Cursor = Annotated[int, Field(ge=1, le=MAX_SEQ)]
Limit = Annotated[int, Field(ge=1, le=200)]
LongLimit = Annotated[int, Field(ge=1, le=500)]
Emoji = Annotated[Text, AfterValidator(one_emoji)]
MessageText = Annotated[Text, AfterValidator(str.strip), Length(1, 10_000)]
InviteCode = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,32}$")]
UserRef = Annotated[Line, Length(1, 64)]
UserRefs = Annotated[list[UserRef], Field(max_length=1024)]
