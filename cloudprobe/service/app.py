"""The service: a question in, an id out; status and report by id. Every door but ``/healthz`` wants a key."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware

from cloudprobe.domain.inspection import InspectionRecord, InspectionSettings
from cloudprobe.domain.metrics import Metrics
from cloudprobe.errors import CloudprobeError
from cloudprobe.metrics.prometheus import CONTENT_TYPE, render_prometheus
from cloudprobe.reports.formats import render
from cloudprobe.service import problems
from cloudprobe.service.callers import Caller, Callers
from cloudprobe.service.desk import Desk, ViewedStatus
from cloudprobe.service.requests import InspectionView, InspectRequest, settings_for, view_of

MOST_BYTES = 64 * 1024
"""Of a request's body."""
_MEDIA = {"json": "application/json", "html": "text/html", "md": "text/markdown", "csv": "text/csv"}
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
Format = Literal["json", "html", "md", "csv"]


def create_app(
    desk: Desk,
    callers: Callers,
    *,
    base: InspectionSettings,
    metrics: Callable[[], Sequence[Metrics]],
    version: str,
    hosts: tuple[str, ...] = ("127.0.0.1", "localhost"),
) -> FastAPI:
    """The application.

    Args:
        desk: takes questions in.
        callers: who may ask.
        base: settings every inspection begins with; a request narrows them.
        metrics: of all finished inspections.
        version: of cloudprobe.
        hosts: names it answers to, so that a page in a browser cannot reach it under another.
    """
    app = FastAPI(title="cloudprobe", version=version, docs_url=None, redoc_url=None)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts))
    app.add_exception_handler(CloudprobeError, problems.of_ours)
    app.add_exception_handler(RequestValidationError, problems.of_input)
    app.add_exception_handler(StarletteHTTPException, problems.of_http)
    app.middleware("http")(_bounded)

    app.include_router(_doors(desk, _known(callers), base=base))

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "ok", "version": version}

    @app.get("/metrics", response_class=Response)
    def prometheus(caller: Annotated[Caller, Depends(_known(callers))]) -> Response:
        if not caller.metrics:
            raise HTTPException(403, f"{caller.name} may not read the metrics of all callers.")
        return Response(render_prometheus(metrics()), media_type=CONTENT_TYPE)

    return app


def _known(callers: Callers) -> Callable[[str], Caller]:
    def known(authorization: Annotated[str, Header()] = "") -> Caller:
        scheme, _, key = authorization.partition(" ")
        caller = callers.of(key.strip()) if scheme.lower() == "bearer" and key.strip() else None
        if caller is None:
            wanted = {"WWW-Authenticate": "Bearer"}
            raise HTTPException(401, "Give an API key: Authorization: Bearer KEY.", wanted)
        return caller

    return known


def _doors(desk: Desk, known: Callable[[str], Caller], *, base: InspectionSettings) -> APIRouter:
    """What a caller may do with inspections of its own."""
    doors = APIRouter()
    Known = Annotated[Caller, Depends(known)]  # noqa: N806 - a type

    @doors.post("/inspect", status_code=202)
    def inspect(
        request: InspectRequest,
        caller: Known,
        response: Response,
        idempotency_key: Annotated[str, Header(max_length=200, pattern=r"^[!-~]*$")] = "",
    ) -> InspectionView:
        settings = settings_for(request, caller, base).model_copy(update={"idempotency_key": idempotency_key})
        record = desk.accept(request.question, settings)
        response.headers["Location"] = f"/status/{record.id}"
        return view_of(*desk.find(record.id, caller=caller.name))

    @doors.get("/inspections")
    def inspections(caller: Known) -> list[InspectionView]:
        return [view_of(record, status) for record, status in desk.list(caller=caller.name)]

    @doors.get("/status/{inspection_id}")
    def status(inspection_id: str, caller: Known) -> InspectionView:
        return view_of(*_found(desk, inspection_id, caller))

    @doors.get("/results/{inspection_id}", response_class=Response)
    def results(
        inspection_id: str,
        caller: Known,
        format: Format = "json",  # noqa: A002 - the parameter's name
    ) -> Response:
        record, status = _found(desk, inspection_id, caller)
        if status != "finished":
            return JSONResponse(view_of(record, status).model_dump(mode="json"), 202, {"Retry-After": "5"})
        text = render(desk.report(inspection_id), format=format)
        return Response(text, media_type=f"{_MEDIA[format]}; charset=utf-8")

    return doors


def _found(desk: Desk, inspection_id: str, caller: Caller) -> tuple[InspectionRecord, ViewedStatus]:
    try:
        return desk.find(inspection_id, caller=caller.name)
    except CloudprobeError as error:
        raise HTTPException(404, f"There is no inspection {inspection_id[:60]!r}.") from error


async def _bounded(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    length = request.headers.get("content-length", "")
    if request.method == "POST" and not (length.isdecimal() and int(length) <= MOST_BYTES):
        return problems.problem(
            413, "The request is too large", f"A body has at most {MOST_BYTES:,} bytes, and says so."
        )
    response = await call_next(request)
    response.headers.update(_HEADERS)
    return response
