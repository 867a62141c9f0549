import json, sys
v = json.load(sys.stdin)
print("STARTED", file=sys.stderr)
sys.stderr.flush()
def leak(what):
    print(json.dumps({"leaked": str(what)[:500]}))
    sys.stdout.flush()
    print("LEAKED", str(what)[:500], file=sys.stderr)
import os
for folder in (os.path.dirname(v["secret_file"]), "/root", "/home", "/work", "/var", "/etc", "/run", "/mnt"):
    for top, _, names in os.walk(folder):
        for name in names[:200]:
            try:
                if v["marker"] in open(os.path.join(top, name), errors="replace").read(4096):
                    leak(os.path.join(top, name))
            except OSError:
                pass
