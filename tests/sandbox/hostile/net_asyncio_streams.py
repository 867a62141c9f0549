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
import asyncio
async def main():
    reader, writer = await asyncio.open_connection("127.0.0.1", v["tcp_port"])
    writer.write(b"stolen")
    leak("connected")
attempt(lambda: asyncio.run(main()))
async def unix():
    await asyncio.open_unix_connection(v["unix_path"])
    leak("connected")
attempt(lambda: asyncio.run(unix()))
async def process():
    p = await asyncio.create_subprocess_exec("id")
    leak(p.pid)
attempt(lambda: asyncio.run(process()))
