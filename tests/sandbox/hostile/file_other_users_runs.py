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
import os
for folder in ("/tmp", "/var/tmp", "/dev/shm", "/run", "/var/run/secrets", "/root", "/home", "/etc/shadow", "/etc/ssl/private", "/var/lib", "/proc/1"):
    try:
        for name in os.listdir(folder):
            path = os.path.join(folder, name)
            for inner in ([path] if os.path.isfile(path) else [os.path.join(path, n) for n in os.listdir(path)]):
                with open(inner, "rb") as f:
                    data = f.read(100_000)
                    if v["marker"].encode() in data:
                        leak(inner)
    except OSError:
        pass
for path in ("/etc/shadow", "/proc/kcore", "/proc/sysrq-trigger", "/sys/kernel/debug", "/dev/mem"):
    try:
        leak(open(path, "rb").read(1))
    except OSError as error:
        print(error, file=sys.stderr)
