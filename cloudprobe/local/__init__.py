"""The loop in one process: a LangGraph ``StateGraph`` over ``WorkflowState``."""
