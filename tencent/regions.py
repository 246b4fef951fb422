"""The store's public regions as data, so that what a person calls one can be turned into its code.

There is no API for this list (doc: 436/6224). The page could not be opened when this was written: the rows
come from public copies of it. A code that is missing here may still be right, so nothing is ever refused
because of this list.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

SOURCE = "https://cloud.tencent.com/document/product/436/6224"
CHECKED = date(2026, 11, 22)


@dataclass(frozen=True, kw_only=True)
class Region:
    """One region: its code as the store writes it, its Chinese and English name, and `others` it goes by."""

    code: str
    chinese: str
    english: str
    others: tuple[str, ...] = ()


REGIONS = (
    Region(code="ap-beijing-1", chinese="北京一区", english="Beijing Zone 1", others=("tj", "costj")),
    Region(code="ap-beijing", chinese="北京", english="Beijing", others=("bj", "cosbj")),
    Region(code="ap-nanjing", chinese="南京", english="Nanjing", others=("nj",)),
    Region(code="ap-shanghai", chinese="上海", english="Shanghai", others=("sh", "cossh")),
    Region(code="ap-guangzhou", chinese="广州", english="Guangzhou", others=("gz", "cosgz")),
    Region(code="ap-chengdu", chinese="成都", english="Chengdu", others=("cd", "coscd")),
    Region(code="ap-chongqing", chinese="重庆", english="Chongqing", others=("cq",)),
    Region(code="ap-shenzhen-fsi", chinese="深圳金融", english="Shenzhen Finance"),
    Region(code="ap-shanghai-fsi", chinese="上海金融", english="Shanghai Finance"),
    Region(code="ap-beijing-fsi", chinese="北京金融", english="Beijing Finance"),
    Region(code="ap-hongkong", chinese="中国香港", english="Hong Kong", others=("香港", "hk", "coshk")),
    Region(code="ap-singapore", chinese="新加坡", english="Singapore", others=("sg", "sgp", "cossgp")),
    Region(code="ap-jakarta", chinese="雅加达", english="Jakarta"),
    Region(code="ap-bangkok", chinese="曼谷", english="Bangkok"),
    Region(code="ap-mumbai", chinese="孟买", english="Mumbai"),
    Region(code="ap-seoul", chinese="首尔", english="Seoul"),
    Region(code="ap-tokyo", chinese="东京", english="Tokyo"),
    Region(code="na-siliconvalley", chinese="硅谷", english="Silicon Valley"),
    Region(code="na-ashburn", chinese="弗吉尼亚", english="Virginia", others=("ashburn",)),
    Region(code="na-toronto", chinese="多伦多", english="Toronto", others=("cosca",)),
    Region(code="sa-saopaulo", chinese="圣保罗", english="Sao Paulo", others=("são paulo",)),
    Region(code="eu-frankfurt", chinese="法兰克福", english="Frankfurt", others=("cosger",)),
    Region(code="eu-moscow", chinese="莫斯科", english="Moscow"),
)
CODES = frozenset(region.code for region in REGIONS)


def squeezed(name: str) -> str:
    """A name without case and without what people put between its words."""
    return "".join(letter for letter in name.casefold() if letter not in " -_")


BY_NAME = {
    squeezed(name): region.code
    for region in REGIONS
    for name in (region.code, region.code.partition("-")[2], region.chinese, region.english, *region.others)
}
