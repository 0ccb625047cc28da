"""What a position claims, in one sentence built from its fields. Plain Python.

``static/js/lib/claim.js`` says the same in the same words; ``tests/claims.json`` holds both to it.
"""

VERBS = {
    "demand": ("demands", "demand"),
    "propose": ("proposes", "propose"),
    "offer": ("offers", "offer"),
    "commit": ("commits to this", "commit to this"),
    "concede": ("concedes", "concede"),
    "endorse": ("endorses", "endorse"),
    "criticise": ("criticises", "criticise"),
    "reject": ("rejects", "reject"),
    "threaten": ("threatens", "threaten"),
    "assess": ("assesses", "assess"),
}
ALONE = {
    "supports": ("supports", "support"),
    "opposes": ("opposes", "oppose"),
    "ambivalent": ("says both for and against", "say both for and against"),
    "unclear": ("does not decide on", "do not decide on"),
}
# What follows the verb where the act alone would not tell the stance.
BESIDES = {
    "opposes": ("opposing", "reject"),
    "ambivalent": ("for and against", None),
    "unclear": ("without deciding", None),
}
# With these a statement can be continued in lower case; a name cannot.
SMALL_WORDS = {"a", "all", "an", "any", "both", "each", "it", "new", "no", "that", "the"}
SMALL_WORDS |= {"there", "these", "this", "those", "when"}


def claim(
    *,
    parties=(),
    speaker="",
    stance="",
    speech_act="",
    statement="",
    condition="",
    target="",
):
    """Such as "Zelensky, for Ukraine, demands: new sanctions should follow. If: …".

    ``parties`` are the names of all parties of a joint statement. What is not known yet is "…".
    """
    who = " and ".join(part for part in (", ".join(parties[:-1]), *parties[-1:]) if part) or "…"
    if speaker:
        who = f"{speaker}, for {who},"
    elif len(parties) > 1:
        who = f"{who} together"
    words = [f"{who} {_verb(stance, speech_act, len(parties) > 1)}: {_lowered(statement) or '…'}"]
    if condition:
        words.append(f"If: {condition}")
    if target:
        words.append(f"To: {target}")
    return " ".join(_stopped(part) for part in words)


def _verb(stance, speech_act, is_plural):
    if speech_act in VERBS:
        verb = VERBS[speech_act][is_plural]
        besides, implied_by = BESIDES.get(stance, ("", None))
        return verb if not besides or speech_act == implied_by else f"{verb}, {besides}"
    return ALONE[stance][is_plural] if stance in ALONE else "…"


def _lowered(statement):
    statement = statement.strip()
    first, _, rest = statement.partition(" ")
    if first.lower() in SMALL_WORDS:
        return f"{first.lower()} {rest}".strip()
    return statement


def _stopped(words):
    words = words.strip()
    return words if words.endswith((".", "!", "?", "…", ".”", ".)")) else f"{words}."


def claim_of(position, parties=None):
    """The claim of a stored position, whose party, proposition and affiliation are loaded."""
    return claim(
        parties=parties or [position.party.name],
        speaker=position.affiliation.person.family_name if position.affiliation_id else "",
        stance=position.stance,
        speech_act=position.speech_act,
        statement=position.proposition.statement,
        condition=position.condition,
        target=position.target_party.name if position.target_party_id else "",
    )
