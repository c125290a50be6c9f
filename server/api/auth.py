"""登录: a phone logs in with WeChat's code and logs out again."""

from server.api.door import word

bp = word("auth")
