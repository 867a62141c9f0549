"""What happens in an inspection, told to the plugins beside whoever hears it anyway."""

from cloudprobe.domain.inspection import InspectionSettings
from cloudprobe.domain.progress import ProgressEvent
from cloudprobe.domain.report import Report
from cloudprobe.plugins.manager import Plugins
from cloudprobe.ports import InspectionEngine, Observer


class NotifyingObserver:
    def __init__(self, observer: Observer, plugins: Plugins) -> None:
        self._observer = observer
        self._plugins = plugins

    def notify(self, event: ProgressEvent) -> None:
        self._observer.notify(event)
        self._plugins.progress(event)


class NotifyingEngine:
    def __init__(self, engine: InspectionEngine, plugins: Plugins) -> None:
        self._engine = engine
        self._plugins = plugins

    def start(self, question: str, settings: InspectionSettings) -> str:
        return self._engine.start(question, settings)

    def run(self, inspection_id: str) -> Report:
        report = self._engine.run(inspection_id)
        self._plugins.ended(report)
        return report
