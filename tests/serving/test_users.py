"""Twenty simultaneous users get the same masks as twenty in turn."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

import fcfi
from fcfi.prediction.interface import Predictor
from fcfi.server.settings import Settings
from tests.server.live_server import served
from tests.serving.builders import HEIGHT, WIDTH, application, coloured, in_base64, picture

USERS = 20
CLICKS = ([150, 100], [20, 20], [165, 120])


def work(http: httpx.Client, user: int, count: int) -> list[Any]:
    """Return a user's masks; every fifth works on the same picture."""
    shift = user % 5
    image, masks = in_base64(picture(shift)), []
    for number in range(1, count + 1):
        positive = [CLICKS[index] for index in range(number) if index != 1]
        negative = [CLICKS[1]] if number > 1 else []
        body = {"image": image, "pos_points": positive, "neg_points": negative}
        answer = http.post("/api/function_invocations", json=body, timeout=120)
        assert answer.status_code == 200, answer.text
        masks.append(answer.json()["mask"])
    assert len(masks[0]) == HEIGHT
    assert len(masks[0][0]) == WIDTH
    return masks


def twenty(predictor: Predictor, count: int, threads: int) -> list[list[Any]]:
    settings = Settings(queue=200, json_bytes=64 << 20)
    with (
        served(application(predictor, settings=settings)) as address,
        httpx.Client(base_url=address) as http,
        ThreadPoolExecutor(threads) as pool,
    ):
        return list(pool.map(lambda user: work(http, user, count), range(USERS)))


def test_twenty_users_at_once_get_what_twenty_in_turn_get() -> None:
    assert twenty(coloured(), 3, USERS) == twenty(coloured(), 3, 1)


def test_twenty_users_of_the_shipped_network() -> None:
    predictor = fcfi.load(runtime="onnxruntime", threads=1).predictor
    assert twenty(predictor, 1, USERS) == twenty(predictor, 1, 1)
