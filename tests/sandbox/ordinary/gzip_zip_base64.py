import base64, gzip, hashlib, io, json, zipfile, zlib
import boto3
body = boto3.client("s3").get_object(Bucket="mine", Key="k")["Body"].read()
buffer = io.BytesIO()
with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr("a.json", body)
with zipfile.ZipFile(io.BytesIO(buffer.getvalue())) as archive:
    again = json.loads(archive.read("a.json"))
print(json.dumps({"again": again, "gzip": gzip.decompress(gzip.compress(body)).decode(), "b64": base64.b64encode(body).decode(),
                  "sha": hashlib.sha256(body).hexdigest()[:8], "crc": zlib.crc32(b"x")}))
