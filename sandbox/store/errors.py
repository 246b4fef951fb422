"""COS's error names with their HTTP status, so that a handler only says what went wrong."""

STATUS = {
    "BadDigest": 400,
    "EntityTooLarge": 400,
    "EntityTooSmall": 400,
    "ExpiredToken": 400,
    "IncompleteBody": 400,
    "InvalidArgument": 400,
    "InvalidBucketName": 400,
    "InvalidDigest": 400,
    "InvalidPart": 400,
    "InvalidPartOrder": 400,
    "InvalidPolicyDocument": 400,
    "InvalidRequest": 400,
    "InvalidTag": 400,
    "InvalidURI": 400,
    "KeyTooLong": 400,
    "MalformedPOSTRequest": 400,
    "MalformedXML": 400,
    "UnexpectedContent": 400,
    "AccessDenied": 403,
    "AccessForbidden": 403,
    "DownloadForbidden": 403,
    "InvalidAccessKeyId": 403,
    "InvalidObjectState": 403,
    "PathStyleDomainForbidden": 403,
    "QuotaExceeded": 403,
    "RequestTimeTooSkewed": 403,
    "SignatureDoesNotMatch": 403,
    "NoSuchBucket": 404,
    "NoSuchBucketPolicy": 404,
    "NoSuchCORSConfiguration": 404,
    "NoSuchConfiguration": 404,
    "NoSuchDomainConfiguration": 404,
    "NoSuchEncryptionConfiguration": 404,
    "NoSuchKey": 404,
    "NoSuchLifecycleConfiguration": 404,
    "NoSuchObjectLockConfiguration": 404,
    "NoSuchOriginConfiguration": 404,
    "NoSuchTagSet": 404,
    "NoSuchUpload": 404,
    "NoSuchWebsiteConfiguration": 404,
    "ReplicationConfigurationNotFoundError": 404,
    "MethodNotAllowed": 405,
    "BucketAlreadyExists": 409,
    "BucketAlreadyOwnedByYou": 409,
    "BucketNotEmpty": 409,
    "FileAlreadyExists": 409,
    "ObjectNotAppendable": 409,
    "PositionNotEqualToLength": 409,
    "MissingContentLength": 411,
    "PreconditionFailed": 412,
    "InvalidRange": 416,
    "InternalError": 500,
    "NotImplemented": 501,
}


class StoreError(Exception):
    """A refusal as COS words it: `code` is one of STATUS, `more` further members (doc 436/7730)."""

    def __init__(self, code: str, message: str = "", **more: str) -> None:
        super().__init__(message or code)
        self.code, self.status = code, STATUS[code]
        self.message = message or code
        self.more = more
