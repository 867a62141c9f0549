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
import base64
attempt(lambda: leak(eval("__import__('os').popen('id').read()")))
attempt(lambda: exec(compile("import socket\ns = socket.create_connection(('127.0.0.1', v['tcp_port']), 2)\nleak('connected')", "x", "exec")))
attempt(lambda: exec(base64.b64decode("bGVhayhvcGVuKHZbJ3NlY3JldF9maWxlJ10pLnJlYWQoKSk=")))
