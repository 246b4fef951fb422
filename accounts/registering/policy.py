"""The tighter CAM policy that a person may copy, for the very bucket that was typed in."""

from __future__ import annotations

from accounts.models import Registration
from tencent.cam_policy import policy_text, tight_policy
from tencent.formats import check_bucket_name, check_operate_uin, check_region


def policy_for(registration: Registration) -> str:
    """The policy as the CAM console takes it; "" until bucket, region and account ID are known."""
    unfit = (
        check_bucket_name(registration.bucket)
        or check_region(registration.region)
        or check_operate_uin(registration.operate_uin)
    )
    if unfit:
        return ""
    policy = tight_policy(
        bucket=registration.bucket,
        region=registration.region,
        operate_uin=registration.operate_uin,
        cors=True,
    )
    return policy_text(policy)
