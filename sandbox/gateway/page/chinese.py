"""The words of the status page in Chinese, by their English ones; what programs say stays English."""

from collections.abc import Mapping

CHINESE: Mapping[str, str] = {
    "TMP sandbox": "TMP 沙箱",
    "Tencent's smart music platform, on this machine": "本机上的腾讯智能音乐平台",
    "A stand-in for TMP and its COS bucket: it answers as they do, costs nothing, and fails on order.": (
        "TMP 及其 COS 存储桶的替身：应答方式与之相同，不产生费用，并可按需制造故障。"
    ),
    "It is not the real service.": "它不是真实的服务。",
    "Brought up to date every two seconds": "每两秒更新一次",
    "Copy": "复制",
    "Copied": "已复制",
    "Ledger": "台账",
    "At a glance": "概览",
    "Gateway": "网关",
    "Store": "存储",
    "Region": "地域",
    "Pace": "节奏",
    "instant": "即时",
    "looks": "按查询次数",
    "clock": "按真实时间",
    "Ears": "听觉",
    "listen": "真实聆听",
    "quick": "快速作答",
    "Dialect": "方言",
    "as taken for granted": "默认假设",
    "Clock": "时钟",
    "this machine's": "与本机一致",
    "Calls a second": "每秒调用数",
    "everybody": "所有调用方",
    "no limit": "不限",
    "Point something at it": "接入沙箱",
    "The lines below are for a shell that knows what the sandbox printed at its start: paste those lines"
    " into it first (gateway=, store=, bucket=, region=, secret_id=, secret_key=).": (
        "以下命令需要沙箱启动时打印的值：请先把那几行（gateway=、store=、bucket=、region=、secret_id=、"
        "secret_key=）粘贴到终端里。"
    ),
    "Register, and keep the keys of the answer in the shell:": "注册，并把应答中的密钥保存为终端变量：",
    "Let curl into the bucket without a signature, and put a song there:": (
        "允许 curl 不签名访问存储桶，并上传一首歌："
    ),
    "Sign calls: create a job, and look at it:": "对调用签名：创建任务并查询：",
    "After the first two steps of curl: Register left a script in the bucket.": (
        "完成 curl 的前两步之后：注册时已在存储桶中写入一个脚本。"
    ),
    "The guide's own template, saved as guide.py, with your values in it:": (
        "把指南中的 python-demo 模版保存为 guide.py，再填入你的值："
    ),
    "cos-python-sdk-v5, whose signed addresses then open in a browser, too:": (
        "使用 cos-python-sdk-v5，生成的预签名 URL 也能在浏览器中打开："
    ),
    "TMP Portal, in a shell of its own. Its wizard then offers this sandbox:": (
        "在单独的终端里启动 TMP Portal，注册向导会提供这个沙箱："
    ),
    "A sandbox of its own for each test, in the test's process, on free ports:": (
        "每个测试使用自己的沙箱，运行在测试进程内，端口自动分配："
    ),
    "The guide's demo": "指南中的 demo",
    "Your tests": "你的测试",
    "Accounts": "账号",
    "Caller": "调用方",
    "Bucket": "存储桶",
    "Jobs": "任务数",
    "Registered": "注册时间",
    "Renewed": "更新时间",
    "Nobody has registered yet. The lines above do it.": "还没有账号。用上面的命令即可注册。",
    "Newest jobs": "最新任务",
    "Time": "时间",
    "customId": "customId",
    "State": "状态",
    "Song": "歌曲",
    "Job": "任务",
    "Message": "消息",
    "submitted": "已提交",
    "processing": "处理中",
    "completed": "已完成",
    "error": "失败",
    "canceled": "已取消",
    "ordered": "预设结局",
    "No job has been created yet.": "还没有任务。",
    "Newest requests": "最新请求",
    "Action": "接口",
    "Answered": "应答",
    "not performed": "未执行",
    "No call has arrived yet.": "还没有收到调用。",
    "All of them, as JSON": "全部请求（JSON）",
    "Turned away at the gateway": "被网关拒绝的请求",
    "Status": "状态码",
    "Request": "请求",
    "Source": "Source",
    "No call has come without a good signature, or to an unknown path.": "没有签名无效或路径未知的请求。",
    "Buckets and keys": "存储桶与密钥",
    "Objects": "对象",
    "ACL": "ACL",
    "SecretId": "SecretId",
    "Rights": "权限",
    "Secret keys were printed at the start; no page shows them.": (
        "SecretKey 只在启动时打印，任何页面都不显示。"
    ),
    "Trouble on order": "按需制造故障",
    "For the next calls that fit, from any program on this machine:": (
        "对之后符合条件的调用，由本机任意程序下达："
    ),
    "For one call, by a header of its own; the store takes the first one too:": (
        "只对一次调用，用该调用自己的请求头；存储也接受第一种："
    ),
    "From the start on, until cleared:": "从启动时起，直到清除：",
    "How to order trouble": "如何制造故障",
    "Every kind there is": "全部故障种类",
    "held": "个调用等待中",
    "open": "已打开",
    "closed": "未打开",
    "Fault of calls": "调用故障",
    "Outcome of jobs": "任务结局",
    "Fault of the store": "存储故障",
    "Faults of calls": "调用故障",
    "Outcomes of jobs": "任务结局",
    "Faults of the store": "存储故障",
    "Barrier": "屏障",
    "Kind": "种类",
    "What": "内容",
    "Whose": "对象",
    "Details": "详情",
    "Nothing is ordered: all calls go well.": "没有预设故障：所有调用都正常。",
    "What it takes for granted": "所依据的事实与假设",
    "Value here": "此处的值",
    "Mark": "来源",
    "Why": "依据",
    "Switch": "开关",
    "Open question": "未知之处",
    "Setting": "当前设置",
    "Means": "含义",
    "Other settings": "其他设置",
    "the five-minute guide": "五分钟接入指南",
    "an official page": "官方文档",
    "public code that talks to TMP": "调用 TMP 的公开代码",
    "our own guess": "我们的猜测",
    "Little about TMP is published. Every fact that the sandbox relies on bears a mark:": (
        "TMP 公开的资料很少。沙箱所依据的每一条都标明来源："
    ),
    "Where public material leaves a question open, a switch chooses: --dialect NAME=SETTING.": (
        "公开资料没有说明之处由开关决定：--dialect 名称=设置。"
    ),
    "Rows that are guesses:": "其中属于猜测的条数：",
    "Facts": "事实",
    "Dialect: open questions": "方言：未知之处",
}
