"""Which of the SDK's own tests ask for more than a store, and why: they are named, not run."""

from __future__ import annotations

import re
from collections.abc import Mapping

REASONS: Mapping[str, str] = {
    r"ci_(?!auditing_detect_type).*": "Cloud Infinite: media processing, moderation, recognition",
    r"cos_(ai|add|get|create_ai|delete|auto|image|liveness)_.*": "Cloud Infinite: recognition",
    r"meta_insight|goods_matting|qrcode|pic_process.*|process_on_cloud": "Cloud Infinite",
    r"get_(object_sensitive_content_recognition|media_info|snapshot|pm3u8)": "Cloud Infinite",
    r"live_channel": "live broadcasts (an RTMP service)",
    r"select_object": "SQL over objects",
    r"post_bucket_inventory_configurations": "an inventory at once makes a report, which the store does not",
    r"put_get_delete_bucket_domain_certificate": "certificates of a domain, which upstream keeps elsewhere",
    r"put_get_async_fetch_task": "another service (migration.myqcloud.com) that fetches from the internet",
    r"should_switch_domain": "a private method of the SDK, which 1.9.44 changed; no store takes part",
    r"network_failure": "needs an address (10.0.0.1) at which nothing answers; no store takes part",
}


def reason_to_leave(name: str) -> str:
    """Why the test `test_<name>` is not run; empty when it is."""
    return next((reason for pattern, reason in REASONS.items() if re.fullmatch(pattern, name)), "")
