#!/usr/bin/env python3
# -*- coding: utf-8 -*-
"""Audit — with a docstring, globals and a guard."""
import json
import sys
import boto3
SESSION = None
CACHE: dict = {}

def session():
    global SESSION
    SESSION = SESSION or boto3.Session()
    return SESSION

def cached(name):
    return CACHE.setdefault(name, session().client(name))

def main(argv=None):
    argv = sys.argv[1:] if argv is None else argv
    assert argv == []
    vpcs = cached("ec2").describe_vpcs()["Vpcs"]
    print("✓ looked", file=sys.stderr)
    sys.stdout.write(json.dumps({"ünïcode": len(vpcs), "name": __name__, "file": bool(__file__)}, ensure_ascii=False) + "\n")

if __name__ == "__main__":
    sys.exit(main())
