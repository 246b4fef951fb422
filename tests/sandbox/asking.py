"""Jobs that tests ask the sandbox for, and what it says when it will not or cannot do them."""

from tests.sandbox.client import BEAT, Caller, Json


def output(caller: Caller, **changes: object) -> Json:
    made = caller.job("song.mp3")["outputs"]
    assert isinstance(made, list)
    return {**made[0], **changes}


def played(caller: Caller, prefix: str, **changes: object) -> Json:
    """A job whose fake performer plays the part named by the prefix."""
    descriptor = {"outputPrefix": prefix, "musicBeat": BEAT}
    return caller.job("song.mp3", outputs=[output(caller, smartContentDescriptor=descriptor)], **changes)


def refusal(caller: Caller, request: object) -> str:
    reply = caller.call("CreateJob", createJobRequest=request)
    assert "createJobResponse" not in reply
    return reply["errorResponse"]["message"]


def failure(caller: Caller, request: Json) -> str:
    """What a job says that was taken and then failed."""
    job = caller.finish(caller.create(request))
    assert job["state"] == 4
    assert job["errorResponse"]["message"] == job["message"]
    assert all("smartContentResult" not in found for found in job["outputs"])
    return job["message"]
