"""What each coded value means, for whoever reads a position. Plain Python."""

MEANINGS = {
    "stance": {
        "supports": "The party is for it.",
        "opposes": "The party is against it.",
        "ambivalent": "The text says both.",
        "unclear": "The text does not decide. That is not “opposes”.",
    },
    "speech_act": {
        "demand": "Asks that it be done.",
        "propose": "Puts it forward for talks.",
        "offer": "Says what the party itself would give.",
        "commit": "Binds itself to do it.",
        "concede": "Gives way on it.",
        "endorse": "Backs what others put forward.",
        "criticise": "Finds fault with it, or with those who hold it.",
        "reject": "Says no to it.",
        "threaten": "Says what will follow otherwise.",
        "assess": "Judges how things stand.",
        "none": "Nothing is done by saying it.",
    },
    "speech_form": {
        "direct": "A whole statement stands in quotation marks.",
        "mixed": "Some words stand in quotation marks.",
        "indirect": "The article renders it without quotation marks.",
        "narrated": "The journalist reports conduct; nobody speaks.",
    },
    "attribution": {
        "speaker": "A named person says it.",
        "party": "The party says it, nobody in particular.",
        "author": "The journalist says it of the party.",
        "other_party": "Another party says it of this one.",
    },
    "basis": {
        "textual": "The text itself says so.",
        "interpretive": "Read out of the text and its context.",
        "inferential": "Concluded from the text, not said in it.",
    },
    "certainty": {
        "high": "The coder has no doubt.",
        "medium": "The coder has some doubt.",
        "low": "It could well be otherwise.",
    },
    "continuity": {
        "not_stated": "The article says nothing of the past.",
        "new": "The article calls it new.",
        "reiterated": "The article says that it was said before.",
        "maintained": "The article says that it is still held.",
        "changed": "The article says that it has changed.",
    },
    "work_status": {
        "draft": "Seen by its coder alone.",
        "submitted": "Waits for review; seen by the team.",
        "accepted": "Reviewed and public.",
        "rejected": "A review did not accept it.",
    },
}
