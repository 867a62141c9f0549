"""How a language model is asked (docs/models.md).

Outermost first: ``structured`` asks until an answer has its shape; ``recording`` keeps what was said;
``langchain_chat`` is one exchange over a LangChain chat model, ``replaying`` one from a recording.
"""
