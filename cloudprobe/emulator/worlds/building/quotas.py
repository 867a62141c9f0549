"""Service quotas, which the embedded account does not keep: recorded answers, and metrics of what is used."""

from dataclasses import dataclass, field
from typing import Any

from cloudprobe.emulator.worlds.building.answers import record_answer
from cloudprobe.emulator.worlds.building.metrics import measure
from cloudprobe.emulator.worlds.building.site import Site

_PAGE = 100  # quotas Service Quotas gives at once


@dataclass(slots=True)
class Quotas:
    """Collects quotas; ``record`` makes them all the account has, and every other service one without quotas."""

    site: Site
    _quotas: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict)

    def quota(
        self,
        service: str,
        code: str,
        name: str,
        *,
        limit: float,
        default: float | None = None,
        used: tuple[float, ...] = (),
        measured: bool = True,
        adjustable: bool = True,
        rate: bool = False,
        region: str = "us-east-1",
    ) -> None:
        """Add one applied quota.

        ``used`` are values of its usage metric, oldest first, one every half hour; without ``measured`` AWS keeps no
        metric for it. A ``rate`` is so much a second. ``default`` is what it was before it was raised.
        """
        arn = f"arn:aws:servicequotas:{region}:{self.site.account}:{service}/{code}"
        made: dict[str, Any] = {
            "ServiceCode": service,
            "ServiceName": service,
            "QuotaArn": arn,
            "QuotaCode": code,
            "QuotaName": name,
            "Value": float(limit),
            "Unit": "None",
            "Adjustable": adjustable,
            "GlobalQuota": False,
        }
        if measured:
            dimensions = {"Service": service.upper(), "Type": "Resource", "Resource": code, "Class": "None"}
            made["UsageMetric"] = {
                "MetricNamespace": "AWS/Usage",
                "MetricName": "ResourceCount",
                "MetricDimensions": dimensions,
                "MetricStatisticRecommendation": "Maximum",
            }
            if used:
                measure(self.site, "ResourceCount", *used, namespace="AWS/Usage", dimensions=dimensions, region=region)
        if rate:
            made["Period"] = {"PeriodValue": 1, "PeriodUnit": "SECOND"}
        self._quotas.setdefault((region, service), []).append(made)
        self._record(
            "GetAWSDefaultServiceQuota",
            {"Quota": {**made, "Value": float(limit if default is None else default)}},
            region=region,
            parameters={"ServiceCode": service, "QuotaCode": code},
        )

    def record(self) -> None:
        self._record("ListServiceQuotas", {"Quotas": []})
        for (region, service), quotas in self._quotas.items():
            pages = [quotas[first : first + _PAGE] for first in range(0, len(quotas), _PAGE)]
            for number, page in enumerate(pages):
                response: dict[str, Any] = {"Quotas": page}
                if number + 1 < len(pages):
                    response["NextToken"] = f"page-{number + 1}"
                token = {"ServiceCode": service, "NextToken": f"page-{number}" if number else None}
                self._record("ListServiceQuotas", response, region=region, parameters=token)

    def _record(self, operation: str, response: dict[str, Any], **options: Any) -> None:
        record_answer(self.site.client, "service-quotas", operation, response=response, **options)
