from datetime import UTC, datetime

from cloudprobe.domain.ids import inspection_id, is_inspection_id, role_name, run_id

NOW = datetime(2026, 11, 24, 3, 42, tzinfo=UTC)


def test_an_id_is_recognised_and_sorts_by_time():
    first = inspection_id(NOW, b"\xff\xff\xff\xff")
    later = inspection_id(NOW.replace(minute=43), b"\x00\x00\x00\x00")
    assert is_inspection_id(first)
    assert first < later


def test_what_could_leave_a_folder_is_no_id():
    assert not any(
        is_inspection_id(text) for text in ("", "..", "20261124-034200-9f86d081/..", "20261124-034200-9F86D081")
    )


def test_the_role_name_fits_iam_and_depends_on_the_run_alone():
    run = run_id(inspection_id(NOW, b"abcd"), iteration=3, attempt=3, number=4)
    assert run == "20261124-034200-61626364/3/3/4"
    assert len(role_name(run)) <= 64
    assert role_name(run) == "cloudprobe-20261124-034200-61626364-3-3-4"
