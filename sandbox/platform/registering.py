"""How a registration is told in its answer, in the words of the dialect (what is known: tmp-protocol 2.2)."""

from sandbox.dialects import Dialect
from sandbox.platform.accounts import Account
from sandbox.platform.refusing import Members
from sandbox.platform.telling import moment


def told(account: Account, demo_path: str, dialect: Dialect) -> Members:
    """The members of the answer to Register."""
    info = _keys(account)
    if dialect["register-answer"] != "few":
        info |= _words(account, demo_path, dialect)
    if dialect["register-answer"] == "more":
        info |= {
            "status": 1,
            "expiresAt": None,
            "service": {"name": "imusic", "quota": {"left": 1000, "unit": "song"}},
            "regions": ["ap-guangzhou", "ap-beijing"],
        }
    if dialect["register-answer"] == "wrapped":
        return {"registerResponse": {"registerInfo": info}}
    return {"registerInfo": info}


def _keys(account: Account) -> Members:
    return {
        "tmpContentId": account.content_id,
        "tmpSecretId": account.tmp_id,
        "tmpSecretKey": account.tmp_key,
        "apiGateSecretId": account.gate_id,
        "apiGateSecretKey": account.gate_key,
    }


def _words(account: Account, demo_path: str, dialect: Dialect) -> Members:
    usage = (
        f"请从COS桶[{account.bucket}]中下载python版本demo文件[{demo_path}], "
        "替换demo中的输入文件后,执行python run_musicBeat.py"
    )
    return {
        "demoCosPath": demo_path,
        "usageDescription": usage,
        "message": "注册成功,感谢注册",
        "createdAt": moment(account.created, dialect),
        "updatedAt": moment(account.updated, dialect),
    }
