from __future__ import annotations
import json
from dataclasses import dataclass, asdict, field
from typing import Optional, get_type_hints
import boto3

@dataclass
class Finding:
    id: str
    severity: str = "low"
    tags: list[str] = field(default_factory=list)
    note: Optional[str] = None

assert get_type_hints(Finding)["id"] is str
account = boto3.client("sts").get_caller_identity()["Account"]
print(json.dumps([asdict(Finding(id=account))]))
