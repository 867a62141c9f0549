"""Names beside the nouns for what they name: ``the orders function``, ``function called orders``, ``bucket 'x'``."""

from cloudprobe.templates.lexicon import corrected, is_known
from cloudprobe.templates.names import Token, names_noun
from cloudprobe.templates.vocabulary import NAME_LIKE_BEHIND


def word_set(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


_CALLED = frozenset({"called", "named"})
_DETERMINERS = word_set(
    "the a an my our your their its his her this that these those any which each every whose what all some no new"
)
_DEFINITE = word_set("the our my")
_GRAMMAR = word_set(
    """
    lambda function serverless bucket storage aws amazon iam s3 ec2 security user role group execution access console
    same other another one first second last next previous current existing actual respective following above
    most least very least public private exposed open closed denied allowed blocked failing unsafe safe secure insecure
    new old stale unused root and or not is are does can cannot could would should which that
    """
)
_NOT_NAMES = word_set(
    """
    invoking running calling writing reading saving uploading failing public empty single particular specific certain
    different wrong right correct main default old big large small slow busy only remote local available encrypted
    related corresponding respective underlying target destination source output input shared broken affected given
    python node nodejs java golang go deployed cant dont wont isnt doesnt didnt wasnt arent havent hasnt
    config configuration endpoint schema code version owner contents content alias payload url hostname host tags tag
    arn id parameter engine settings env layer lag policy
    """
)

_SERVICES = word_set("rds aurora mysql postgres mariadb ecs fargate lambda sqs s3 aws iam sns dynamodb ec2")
_FORMS_OF_VERBS = ("s", "ed", "ing", "ly")
_SHORTEST_TYPO = 7
"""Shorter words that nearly are one of ours are as often names: ``feeds``, ``needs``."""
_VERBS = word_set("broke went got ran died blew froze hung fell became threw took lost slept")
_BEHIND_VERBS = word_set("its their my our the a an all any because whenever every nothing too")

_FUNCTIONS = word_set("function functions lambda lambdas fn func")


def names_beside(words: tuple[Token, ...], nouns: frozenset[str]) -> list[str]:
    """The names beside some nouns, in the order of the question.

    Args:
        words: of a question, as ``tokens`` gives them.
        nouns: in lower case, plurals too.
    """
    names: list[str] = []
    for i, word in enumerate(words):
        if word.lower not in nouns or word.quoted or word.named:
            continue
        before, after = words[max(i - 3, 0) : i], words[i + 1 : i + 3]
        if after and after[0].lower in _CALLED:
            names.extend(w.text for w in after[1:])
        elif after and after[0].named and not _belongs_to_next(words, i + 1, nouns):
            names.append(after[0].text)
        elif before and (before[-1].named or _is_plain_name(before[-1]) or _is_called_after_a_word(word, before)):
            names.append(before[-1].text)
        elif after and _is_plain_name(after[0]) and _introduces(word, before, after):
            names.append(after[0].text)
    return names


def _belongs_to_next(words: tuple[Token, ...], i: int, nouns: frozenset[str]) -> bool:
    """Whether a name behind a noun is that of the next noun: ``does orders-fn function orders-in bucket …``."""
    behind = words[i + 1] if i + 1 < len(words) else None
    first = words[i - 2] if i > 1 else None
    return bool(
        first and first.named and behind and not behind.named and names_noun(behind.text) and behind.lower not in nouns
    )


def _is_called_after_a_word(noun: Token, before: tuple[Token, ...]) -> bool:
    """``the reports function``, ``our backup bucket``: an ordinary word, where a name would stand."""
    shortest = 3  # two letters are grammar
    if len(before) < 2 or before[-2].lower not in _DEFINITE or noun.lower.endswith("s"):  # noqa: PLR2004 - the determiner and the word
        return False
    word = before[-1]
    grammar = _NOT_NAMES | _DETERMINERS | _GRAMMAR | _SERVICES
    return word.lower not in grammar and word.text.isalpha() and len(word.text) >= shortest


def _introduces(noun: Token, before: tuple[Token, ...], after: tuple[Token, ...]) -> bool:
    """``does user alice …``, ``the RDS database catalogue``, but not ``the function exceeds …`` nor ``users exist``."""
    if noun.lower.endswith("s"):
        return False
    if noun.lower == "user" and before and before[-1].lower == "the":
        return True
    led = [word for word in before if word.lower not in _SERVICES]
    if led and led[-1].lower in _DEFINITE:
        word, behind = after[0].lower, after[1].lower if after[1:] else ""
        if word in NAME_LIKE_BEHIND:
            return True
        return not word.endswith(_FORMS_OF_VERBS) and word not in _VERBS and behind not in _BEHIND_VERBS
    return not any(word.lower in _DETERMINERS or word.lower in _FUNCTIONS for word in before[-2:])


def _is_plain_name(word: Token) -> bool:
    """A word that is no ordinary language, and none mistyped: ``orders`` in ``the orders function``."""
    if word.lower in NAME_LIKE_BEHIND:
        return True
    written = len(word.text) > 1 and word.text.isalpha() and not is_known(word.text) and word.lower not in _NOT_NAMES
    return written and (len(word.text) < _SHORTEST_TYPO or corrected(word.lower) == word.lower)
